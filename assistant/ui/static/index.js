// Body of the figures' js_on_load: element and trigger are Gradio's.

// Whoever shows this view, and however: when it is on the screen, its content is asked for.
new IntersectionObserver(([seen]) => {
  if (seen.isIntersecting) trigger('look', {});
}).observe(element.closest(".fn-view"));
