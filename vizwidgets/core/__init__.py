"""The mathematics: layers, objectives, gradient ascent. It needs torch only, and knows no file and no screen."""
