"""What stands between the web and gradio: allowed routes, uploads, language."""
