"""Results to Plotly figures. Only this package and ser.page import plotly."""
