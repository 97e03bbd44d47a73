package io.errata.jobs.spec;

import org.jspecify.annotations.Nullable;

/**
 * A setting of a spec. The parser, the table of the docs and the JSON Schema are made from it.
 *
 * @param path where it stands, joined by dots
 * @param type what its value can be
 * @param need whether it can be left out
 * @param fallback its value where it is left out, or null
 * @param fallbackText the same for people; empty for none
 * @param meaning one sentence or two, for the docs and for editors
 */
record SpecOption<T>(
    String path,
    ValueType<T> type,
    Need need,
    @Nullable T fallback,
    String fallbackText,
    String meaning) {

  /** Whether a setting can be left out. */
  enum Need {
    REQUIRED("yes"),
    /** Required where the section that it is in is there, and the section isn't. */
    REQUIRED_IN_SECTION("yes, in its section"),
    /** One of several must be there; a check across fields says which. */
    EITHER("one or the other"),
    OPTIONAL("no");

    private final String text;

    Need(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  static <T> SpecOption<T> of(String path, ValueType<T> type, Need need, String meaning) {
    return new SpecOption<>(path, type, need, null, "", meaning);
  }

  SpecOption<T> withDefault(T value, String text) {
    return new SpecOption<>(path, type, need, value, text, meaning);
  }

  /** With a default that depends on other settings. */
  SpecOption<T> withDefaultText(String text) {
    return new SpecOption<>(path, type, need, fallback, text, meaning);
  }

  String section() {
    int dot = path.lastIndexOf('.');
    return dot < 0 ? "" : path.substring(0, dot);
  }

  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
