package io.errata.state.table.csv;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.state.plan.Correction;
import io.errata.state.table.LiveTable;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Files in any shape that CSV allows, and any corrections of them. */
class CsvRandomTest {
  private Path folder = Path.of("");

  @BeforeTry
  void makeAFolder() throws IOException {
    folder = Files.createTempDirectory("errata-csv");
  }

  @AfterTry
  void removeTheFolder() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** A line of the file: its key, its text, and the line ends before it. */
  private record Line(String user, String text, String separator) {}

  @Property(tries = 400)
  void rollback_bringsBackEveryByteAndApplyTouchesNoOther(
      @ForAll("lines") List<Line> lines,
      @ForAll("wanted") Map<String, String> wanted,
      @ForAll("rests") String rest,
      @ForAll boolean marked,
      @ForAll boolean ledgerLost)
      throws IOException {
    Map<String, Line> byUser = new TreeMap<>();
    lines.forEach(line -> byUser.putIfAbsent(line.user(), line));
    List<Line> distinct = lines.stream().filter(line -> byUser.get(line.user()) == line).toList();
    StringBuilder text = new StringBuilder(marked ? "\uFEFF" : "").append("note,user_id,value");
    distinct.forEach(line -> text.append(line.separator()).append(line.text()));
    CsvCase table = CsvCase.of(folder, text.append(rest).toString());
    String before = table.text();
    List<String> arguments = new ArrayList<>();
    wanted.forEach((user, value) -> arguments.addAll(List.of(user, value)));
    List<Correction> plan = table.plan(arguments.toArray(String[]::new));

    WriteResult applied;
    try (LiveTable live = table.open()) {
      applied = live.apply(table.request("p", plan));
    }
    if (plan.isEmpty()) {
      assertThat(applied.outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
      assertThat(table.text()).isEqualTo(before);
      return;
    }
    assertThat(applied.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(applied.readback().verified()).isEqualTo(plan.size());
    String after = table.text();
    assertThat(table.plan(arguments.toArray(String[]::new))).isEmpty();
    StringBuilder kept = new StringBuilder(marked ? "\uFEFF" : "").append("note,user_id,value");
    distinct.stream()
        .filter(line -> plan.stream().noneMatch(c -> user(c).equals(line.user())))
        .forEach(line -> kept.append(line.separator()).append(line.text()));
    assertThat(withoutPlanned(after, plan, rest)).isEqualTo(kept.toString());
    if (ledgerLost) {
      Files.delete(table.ledger());
    }

    WriteResult undone;
    try (LiveTable live = table.open()) {
      undone = live.rollback(table.request("p", plan));
    }
    WriteCounts counts = applied.counts();
    assertThat(undone.counts())
        .isEqualTo(new WriteCounts(counts.deleted(), counts.updated(), counts.inserted(), 0));
    assertThat(table.text()).isEqualTo(before);
  }

  private static String user(Correction correction) {
    return correction.key(List.of("user_id")).asText("user_id");
  }

  /** What is left of a file when the planned rows and the rest are taken out of it. */
  private static String withoutPlanned(String file, List<Correction> plan, String rest)
      throws IOException {
    List<String> users = plan.stream().map(CsvRandomTest::user).toList();
    StringBuilder kept = new StringBuilder();
    byte[] bytes = file.substring(0, file.length() - rest.length()).getBytes("UTF-8");
    try (CsvRecords records =
        new CsvRecords(new java.io.ByteArrayInputStream(bytes), "t", ',', 1, 0)) {
      while (records.next()) {
        if (!users.contains(CsvText.content(records.texts().get(1)))) {
          kept.append(new String(records.separator(), "UTF-8"));
          kept.append(new String(records.content(), "UTF-8"));
        }
      }
    }
    return kept.toString();
  }

  @Provide
  Arbitrary<List<Line>> lines() {
    Arbitrary<String> note =
        Arbitraries.of("", "\"\"", "x", "\"a,b\"", "\"l1\nl2\"", "\"q\"\"\"", "é😀", " ");
    Arbitrary<String> value =
        Arbitraries.of("", "1", "2", "2.0", "\"1\"", "-0", "+3.50", "1e2", "007");
    Arbitrary<Boolean> quoted = Arbitraries.of(true, false);
    return Combinators.combine(users(), note, value, quoted, separators())
        .as(
            (user, noted, valued, inQuotes, separator) ->
                new Line(
                    user,
                    noted + "," + CsvText.quoted(user, inQuotes, ',') + "," + valued,
                    separator))
        .list()
        .ofMaxSize(12);
  }

  private static Arbitrary<String> users() {
    return Arbitraries.of(
        "a", "b", "c", "1-23", "12-3", "", " ", "x,y", "q\"q", "n\nn", "😀", "e\u0301");
  }

  private static Arbitrary<String> separators() {
    return Arbitraries.of("\n", "\r\n", "\r", "\n\n", "\r\n\n\r");
  }

  @Provide
  Arbitrary<String> rests() {
    return Arbitraries.oneOf(Arbitraries.just(""), separators());
  }

  @Provide
  Arbitrary<Map<String, String>> wanted() {
    return Arbitraries.maps(users(), Arbitraries.of("gone", "null", "1", "2", "2.5", "100", "-3"))
        .ofMaxSize(8);
  }
}
