"""Pixels and charts; nothing here knows a widget or a kernel."""
