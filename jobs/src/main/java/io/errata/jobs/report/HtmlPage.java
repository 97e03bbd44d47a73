package io.errata.jobs.report;

import java.util.Locale;

/**
 * Builds a page whose every text is escaped: what isn't a literal of this package goes through
 * {@link #text}.
 */
final class HtmlPage {
  private final StringBuilder html = new StringBuilder();

  /** Markup, which must be a literal. */
  HtmlPage raw(String markup) {
    html.append(markup);
    return this;
  }

  /** A text, whatever it holds. */
  HtmlPage text(String text) {
    escape(text);
    return this;
  }

  /** A value from data: isolated, so that its direction doesn't change the text around it. */
  HtmlPage value(String text) {
    html.append("<bdi>");
    escape(text);
    html.append("</bdi>");
    return this;
  }

  /** An element that holds one text; the tag, and its class, must be literals. */
  HtmlPage element(String tag, String cssClass, String text) {
    html.append('<').append(tag);
    if (!cssClass.isEmpty()) {
      html.append(" class=\"").append(cssClass).append('"');
    }
    html.append('>');
    escape(text);
    html.append("</").append(tag).append('>');
    return this;
  }

  /** A number as markup has it. */
  HtmlPage number(double number) {
    html.append(String.format(Locale.ROOT, "%.2f", number));
    return this;
  }

  private void escape(String text) {
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                case '\n', '\t' -> html.appendCodePoint(c);
                default ->
                    html.append(DisplayText.visible(c).replace("<", "&lt;").replace(">", "&gt;"));
              }
            });
  }

  @Override
  public String toString() {
    return html.toString();
  }
}
