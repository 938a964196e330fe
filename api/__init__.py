"""What others may ask: FastAPI and the web page. Is given what it may call (`ports.py`)."""
