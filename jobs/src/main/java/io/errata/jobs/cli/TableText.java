package io.errata.jobs.cli;

import java.util.List;

/** Lines of cells, as a table for people. */
final class TableText {
  private TableText() {}

  /**
   * Prints one.
   *
   * @param lines of equally many cells; the first is the heading
   */
  static void print(Console console, List<List<String>> lines) {
    int[] widths = new int[lines.get(0).size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (int n = 0; n < lines.size(); n++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = lines.get(n).get(i);
        text.append(cell)
            .append(i == widths.length - 1 ? "" : " ".repeat(widths[i] - cell.length() + 2));
      }
      console.say(n == 0 ? console.styled(Style.BOLD, text.toString()) : text.toString());
    }
  }
}
