package io.errata.it.breaks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A change of code that takes a guard away, and the test that has to notice.
 *
 * @param name the name of its file, without {@code .md}
 * @param guarantee 1 to 10, or {@code other}
 * @param title when the test is red
 * @param test a class, or a class and a method: {@code io.errata.it.CliIT#apply_isDoneOnce}
 * @param limit after which the test is stopped
 * @param hangs whether being stopped at the limit counts as red
 * @param says what the failure's message has to hold
 * @param inCi whether each build runs it
 * @param inJar whether the test starts the program as it is built, so that the jar has to be broken
 */
record Break(
    String name,
    String guarantee,
    String title,
    String test,
    Duration limit,
    boolean hangs,
    Optional<String> says,
    boolean inCi,
    boolean inJar,
    List<Change> changes) {
  /** The order of the guarantees, and then of the names. */
  static final Comparator<Break> ORDER =
      Comparator.comparingInt(Break::rank).thenComparing(Break::name);

  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final Set<String> FIELDS =
      Set.of("guarantee", "test", "file", "limit", "hangs", "says", "ci", "jar");

  /**
   * A text of one file and what stands in its place.
   *
   * @param file from the root of the repository
   * @param find occurs once in the file
   */
  record Change(String file, String find, String replace) {
    /** The file's text with the change in it. */
    String in(String text) {
      int at = text.indexOf(find);
      if (at < 0 || text.indexOf(find, at + 1) >= 0) {
        throw new IllegalArgumentException(
            "Cannot change "
                + file
                + ": the text to find "
                + (at < 0 ? "is not there" : "is there more than once")
                + ":\n"
                + find);
      }
      return text.substring(0, at) + replace + text.substring(at + find.length());
    }
  }

  Break {
    changes = List.copyOf(changes);
  }

  /** All breaks of a folder, in order. */
  static List<Break> readAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Break> breaks = new ArrayList<>();
      for (Path file : files.filter(Break::isOne).toList()) {
        breaks.add(read(file));
      }
      breaks.sort(ORDER);
      return breaks;
    }
  }

  private static boolean isOne(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".md") && !name.equals("README.md");
  }

  static Break read(Path file) throws IOException {
    String name = file.getFileName().toString().replaceFirst("\\.md$", "");
    return parse(name, Files.readString(file));
  }

  static Break parse(String name, String text) {
    String title = "";
    Map<String, String> fields = new LinkedHashMap<>();
    List<Change> changes = new ArrayList<>();
    List<String> blocks = new ArrayList<>();
    List<String> block = null;
    for (String line : text.lines().toList()) {
      if (block != null) {
        if (!line.startsWith("```")) {
          block.add(line);
          continue;
        }
        blocks.add(String.join("\n", block));
        block = null;
        if (blocks.size() == 2) {
          changes.add(new Change(required(name, fields, "file"), blocks.get(0), blocks.get(1)));
          blocks.clear();
        }
      } else if (line.startsWith("```")) {
        block = new ArrayList<>();
      } else if (line.startsWith("# ")) {
        title = line.substring(2).strip();
      } else if (line.startsWith("- ")) {
        int colon = line.indexOf(": ");
        if (colon < 0 || !FIELDS.contains(line.substring(2, colon))) {
          throw wrong(name, "no field: " + line);
        }
        fields.put(line.substring(2, colon), line.substring(colon + 2).strip());
      }
    }
    if (title.isEmpty()) {
      throw wrong(name, "no title (“# …”)");
    }
    if (changes.isEmpty() || block != null || !blocks.isEmpty()) {
      throw wrong(name, "not two fenced blocks (find, replace) for each file");
    }
    for (Change change : changes) {
      if (change.find().isBlank() || change.find().equals(change.replace())) {
        throw wrong(name, "nothing to find, or nothing changed");
      }
    }
    return new Break(
        name,
        required(name, fields, "guarantee"),
        title,
        required(name, fields, "test"),
        Optional.ofNullable(fields.get("limit")).map(limit -> seconds(name, limit)).orElse(LIMIT),
        flag(name, fields, "hangs"),
        Optional.ofNullable(fields.get("says")),
        flag(name, fields, "ci"),
        flag(name, fields, "jar"),
        changes);
  }

  private static String required(String name, Map<String, String> fields, String field) {
    String value = fields.get(field);
    if (value == null || value.isEmpty()) {
      throw wrong(name, "no “- " + field + ": …”");
    }
    return value;
  }

  private static Duration seconds(String name, String limit) {
    if (!limit.matches("[1-9][0-9]{0,3} s")) {
      throw wrong(name, "a limit is like 60 s, not " + limit);
    }
    return Duration.ofSeconds(Long.parseLong(limit.substring(0, limit.length() - 2)));
  }

  private static boolean flag(String name, Map<String, String> fields, String field) {
    String value = fields.getOrDefault(field, "no");
    if (!Set.of("yes", "no").contains(value)) {
      throw wrong(name, field + " is yes or no, not " + value);
    }
    return value.equals("yes");
  }

  private static IllegalArgumentException wrong(String name, String what) {
    return new IllegalArgumentException("Cannot read breaks/" + name + ".md: " + what);
  }

  /** The class of the test. */
  String testClass() {
    return test.contains("#") ? test.substring(0, test.indexOf('#')) : test;
  }

  /** The method of the test, where it is one. */
  Optional<String> testMethod() {
    return test.contains("#")
        ? Optional.of(test.substring(test.indexOf('#') + 1))
        : Optional.empty();
  }

  /** The test without its package. */
  String shortTest() {
    return testClass().substring(testClass().lastIndexOf('.') + 1)
        + testMethod().map(method -> "#" + method).orElse("");
  }

  private int rank() {
    return guarantee.matches("[0-9]+") ? Integer.parseInt(guarantee) : Integer.MAX_VALUE;
  }
}
