package io.errata.it.breaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.it.breaks.BreakRun.Outcome;
import io.errata.it.breaks.SelectedTests.Ended;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sees that each break can still be made, and that what it names is there. */
class BreaksTest {
  private static final Path ROOT = Breaks.root();

  @Test
  void texts_areFoundOnceInCodeThatIsNoTest() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Break one : breaks()) {
      for (Break.Change change : one.changes()) {
        Path file = ROOT.resolve(change.file()).normalize();
        if (!file.startsWith(ROOT) || !Files.isRegularFile(file)) {
          wrong.add(one.name() + ": no file " + change.file());
        } else if (change.file().contains("src/test/")) {
          wrong.add(one.name() + ": changes a test");
        } else if (occurrences(Files.readString(file), change.find()) != 1) {
          wrong.add(one.name() + ": its text is not found once in " + change.file());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void tests_areThere() throws Exception {
    List<String> missing = new ArrayList<>();
    try (URLClassLoader classes = testClasses()) {
      for (Break one : breaks()) {
        try {
          SelectedTests.selectors(one.test(), classes);
        } catch (ReflectiveOperationException e) {
          missing.add(one.name() + ": " + one.test());
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void names_beginWithTheGuarantee() throws IOException {
    assertThat(breaks())
        .isNotEmpty()
        .allSatisfy(
            one -> {
              assertThat(one.guarantee()).matches("[1-9]|10|other");
              assertThat(one.name()).startsWith(one.guarantee() + "-").matches("[a-z0-9-]+");
            });
  }

  @Test
  void guarantees_haveBreaks() throws IOException {
    List<Break> breaks = breaks();
    for (int guarantee = 1; guarantee <= 9; guarantee++) {
      String number = Integer.toString(guarantee);
      List<Break> own = breaks.stream().filter(one -> one.guarantee().equals(number)).toList();
      assertThat(own).as("breaks of guarantee " + number).hasSizeGreaterThanOrEqualTo(3);
      assertThat(own).as("one that is run in CI").anyMatch(Break::inCi);
    }
  }

  @Test
  void page_hasATableOfThem() throws IOException {
    String page = Files.readString(ROOT.resolve(GuaranteesPage.FILE));
    assertThat(page)
        .as("breaks/run.sh --docs writes " + GuaranteesPage.FILE)
        .isEqualTo(GuaranteesPage.of(page, breaks()));
    for (Break one : breaks()) {
      assertThat(page).contains("(../breaks/" + one.name() + ".md)");
    }
  }

  @Test
  void change_isMadeOnce() {
    Break.Change change = new Break.Change("A.java", "b", "");

    assertThat(change.in("abc")).isEqualTo("ac");
    assertThatThrownBy(() -> change.in("bab"))
        .hasMessage("Cannot change A.java: the text to find is there more than once:\nb");
    assertThatThrownBy(() -> change.in("ac"))
        .hasMessage("Cannot change A.java: the text to find is not there:\nb");
  }

  @Test
  void file_isReadWithItsTextsAsTheyStand() {
    Break read =
        Break.parse(
            "7-x",
            """
            # the guard is left out

            - guarantee: 7
            - test: io.errata.it.CliIT#apply
            - limit: 60 s
            - hangs: yes
            - file: a/A.java

            Find:

            ```java
              if (guard) {
                stop();
            ```

            ```java
            ```

            - file: b/B.java

            ```
            b
            ```

            ```
            c
            ```
            """);

    assertThat(read.title()).isEqualTo("the guard is left out");
    assertThat(read.shortTest()).isEqualTo("CliIT#apply");
    assertThat(read.limit()).isEqualTo(Duration.ofMinutes(1));
    assertThat(read.hangs()).isTrue();
    assertThat(read.inCi()).isFalse();
    assertThat(read.changes())
        .containsExactly(
            new Break.Change("a/A.java", "  if (guard) {\n    stop();", ""),
            new Break.Change("b/B.java", "b", "c"));
  }

  @Test
  void file_thatIsNoBreakIsRefused() {
    String head = "# t\n- guarantee: 7\n- test: T\n- file: f\n";
    String blocks = "```\na\n```\n```\nb\n```\n";
    assertThat(Break.parse("x", head + blocks).changes()).hasSize(1);

    assertRefused(head, "not two fenced blocks (find, replace) for each file");
    assertRefused(head + blocks + "```\na\n```\n", "not two fenced blocks");
    assertRefused(head + "```\na\n```\n```\na\n```\n", "nothing to find, or nothing changed");
    assertRefused(head + "- colour: red\n" + blocks, "no field: - colour: red");
    assertRefused(head + "- limit: 1 min\n" + blocks, "a limit is like 60 s, not 1 min");
    assertRefused(head + "- hangs: maybe\n" + blocks, "hangs is yes or no, not maybe");
    assertRefused("# t\n- file: f\n" + blocks, "no “- guarantee: …”");
    assertRefused("# t\n" + blocks, "no “- file: …”");
    assertRefused(head.substring(4) + blocks, "no title (“# …”)");
  }

  @Test
  void onlyAFailureOfTheTest_isRed() {
    assertThat(judged(false, 0, Ended.FAILED)).isEqualTo(Outcome.RED);
    assertThat(judged(false, 0, Ended.PASSED, Ended.FAILED)).isEqualTo(Outcome.RED);
    assertThat(judged(false, 0, Ended.PASSED)).isEqualTo(Outcome.STILL_GREEN);
    assertThat(judged(false, 0, Ended.PASSED, Ended.SKIPPED)).isEqualTo(Outcome.STILL_GREEN);
    assertThat(judged(false, 0)).isEqualTo(Outcome.NO_TEST);
    assertThat(judged(false, 0, Ended.SKIPPED)).isEqualTo(Outcome.NO_TEST);
    assertThat(judged(false, 0, Ended.FAILED, Ended.NOT_LINKED)).isEqualTo(Outcome.NOT_LINKED);
    assertThat(judged(false, 0, Ended.FAILED_ELSEWHERE)).isEqualTo(Outcome.FAILED_ELSEWHERE);
    assertThat(judged(false, 137)).isEqualTo(Outcome.CRASHED);
    assertThat(judged(true, 137)).isEqualTo(Outcome.TIMED_OUT);
    assertThat(judged(true, 137, Ended.PASSED)).isEqualTo(Outcome.TIMED_OUT);
  }

  @Test
  void failureThatSaysSomethingElse_isNotRed() {
    Break one =
        Break.parse(
            "x",
            "# t\n- guarantee: 7\n- test: T\n- says: conflict\n- file: f\n```\na\n```\n```\nb\n```\n");

    assertThat(judged(one, "a conflict was expected")).isEqualTo(Outcome.RED);
    assertThat(judged(one, "no disk")).isEqualTo(Outcome.SAYS_SOMETHING_ELSE);
  }

  private static Outcome judged(Break one, String says) {
    List<TestRun.Line> lines = List.of(new TestRun.Line("T", Ended.FAILED, says));
    return BreakRun.judge(one, new TestRun.Result(lines, false, 0), 1).outcome();
  }

  private static Outcome judged(boolean stopped, int status, Ended... ended) {
    Break one =
        Break.parse("x", "# t\n- guarantee: 7\n- test: T\n- file: f\n```\na\n```\n```\nb\n```\n");
    List<TestRun.Line> lines =
        Arrays.stream(ended).map(end -> new TestRun.Line("T", end, "")).toList();
    return BreakRun.judge(one, new TestRun.Result(lines, stopped, status), 1).outcome();
  }

  private static void assertRefused(String text, String part) {
    assertThatThrownBy(() -> Break.parse("x", text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot read breaks/x.md: ")
        .hasMessageContaining(part);
  }

  private static int occurrences(String text, String part) {
    int count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
      count++;
    }
    return count;
  }

  private static List<Break> breaks() throws IOException {
    return Break.readAll(ROOT.resolve("breaks"));
  }

  /** The tests of all modules, which were compiled before those of this one. */
  private static URLClassLoader testClasses() throws IOException {
    List<URL> folders = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.sorted().toList()) {
        File classes = module.resolve("target/test-classes").toFile();
        if (classes.isDirectory()) {
          folders.add(classes.toURI().toURL());
        }
      }
    }
    return new URLClassLoader(folders.toArray(URL[]::new), BreaksTest.class.getClassLoader());
  }
}
