"""Live widgets: state and layout, no mathematics."""
