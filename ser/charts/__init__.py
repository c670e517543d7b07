"""Results as Plotly figures: each function takes results and the page's texts in one language."""
