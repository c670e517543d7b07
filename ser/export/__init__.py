"""The models of one training run as an ONNX graph, for programs without Python."""
