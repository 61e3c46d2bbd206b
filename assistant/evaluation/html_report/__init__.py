"""A report as one HTML file that loads nothing: plots, and every question, worst first."""

from assistant.evaluation.html_report.page import render_html

__all__ = ["render_html"]
