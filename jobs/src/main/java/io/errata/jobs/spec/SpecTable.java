package io.errata.jobs.spec;

import java.util.stream.Collectors;

/** The table of settings in the docs. */
final class SpecTable {
  private SpecTable() {}

  /** In Markdown, each line with its end. */
  static String text() {
    return "| Setting | Required | Default | Meaning |\n|---|---|---|---|\n"
        + SpecOptions.all().stream()
            .map(
                option ->
                    "| `"
                        + option.path()
                        + "` | "
                        + option.need().text()
                        + " | "
                        + option.fallbackText()
                        + " | "
                        + option.meaning().replace("|", "\\|")
                        + " |\n")
            .collect(Collectors.joining());
  }
}
