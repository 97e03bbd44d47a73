package io.errata.jobs.cli;

/** How a piece of text looks on a terminal that shows colours. */
public enum Style {
  BOLD("1"),
  FAINT("2"),
  GOOD("32"),
  WARN("33"),
  BAD("31");

  private final String code;

  Style(String code) {
    this.code = code;
  }

  String apply(String text) {
    return "\u001b[" + code + "m" + text + "\u001b[0m";
  }
}
