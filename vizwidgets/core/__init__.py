"""The mathematics: layers, objectives, gradient ascent. It needs torch only, no file, no screen."""
