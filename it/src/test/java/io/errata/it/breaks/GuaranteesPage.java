package io.errata.it.breaks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of {@code docs/guarantees.md}, which are made of the breaks. */
final class GuaranteesPage {
  static final String FILE = "docs/guarantees.md";

  private static final String HEAD = "| Red when | Test |";
  private static final Pattern SECTION = Pattern.compile("## (?:(\\d+)\\. .*|Beyond them)");

  private GuaranteesPage() {}

  /**
   * The page with the tables of these breaks: one below each heading of a guarantee, in place of
   * the one that is there.
   */
  static String of(String page, List<Break> breaks) {
    List<String> made = new ArrayList<>();
    Optional<String> guarantee = Optional.empty();
    boolean inTable = false;
    for (String line : page.lines().toList()) {
      Matcher section = SECTION.matcher(line);
      if (section.matches()) {
        guarantee = Optional.of(section.group(1) == null ? "other" : section.group(1));
      } else if (line.startsWith("## ")) {
        guarantee = Optional.empty();
      }
      if (line.equals(HEAD)) {
        made.addAll(table(guarantee.orElse(""), breaks));
        inTable = true;
      } else if (!inTable || !line.startsWith("|")) {
        inTable = false;
        made.add(line);
      }
    }
    return String.join("\n", made) + "\n";
  }

  private static List<String> table(String guarantee, List<Break> breaks) {
    List<String> table = new ArrayList<>(List.of(HEAD, "|---|---|"));
    for (Break one : breaks) {
      if (one.guarantee().equals(guarantee)) {
        table.add(
            "| ["
                + one.title().replace("|", "\\|")
                + "](../breaks/"
                + one.name()
                + ".md) | `"
                + one.shortTest()
                + "` |");
      }
    }
    return table;
  }
}
