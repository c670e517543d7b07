"""What the page's server adds to gradio: allowed routes, uploads, languages, GPUs."""
