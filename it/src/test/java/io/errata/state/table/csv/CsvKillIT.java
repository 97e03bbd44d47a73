package io.errata.state.table.csv;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.state.plan.Correction;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LiveTable;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills the process that writes, by a signal that it can't hear, at each step and at any moment.
 * The file is then as before or as planned, and the next command finishes the work or says that it
 * is done.
 *
 * <p>{@code -Derrata.test.kills=N} sets how often at any moment; 10 where nothing is said.
 */
class CsvKillIT {
  private static final int ROWS = 3000;

  @TempDir Path folder;

  /** The process that is killed: applies, or applies and rolls back without end. */
  static final class Writer {
    private Writer() {}

    /**
     * @param args the folder, and the step to stop at and wait for the end, or {@code NONE}
     */
    public static void main(String[] args) throws IOException {
      CsvCase table = table(Path.of(args[0]));
      List<Correction> plan = readPlan(Path.of(args[0]));
      WriteRequest request = table.request("p", plan);
      boolean rollBack = args[2].equals("ROLLBACK");
      CsvWrite.Steps steps =
          step -> {
            if (step.name().equals(args[1])) {
              System.out.println("reached");
              waitForTheEnd();
            }
          };
      do {
        try (LiveTable live = table.open(steps)) {
          WriteResult result = rollBack ? live.rollback(request) : live.apply(request);
          System.out.println(result.outcome());
        }
        rollBack = !rollBack;
      } while (args[1].equals("NONE"));
    }

    private static void waitForTheEnd() {
      try {
        // Nobody ever writes.
        System.in.read();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static CsvCase table(Path folder) {
    return new CsvCase(
        folder.resolve("results.csv"),
        List.of("user_id"),
        "decimal",
        java.time.Duration.ofSeconds(20));
  }

  /** The plan is made from a copy of the table as it was at first. */
  private static List<Correction> readPlan(Path folder) {
    CsvCase original = CsvCase.of(folder.resolve("original"), before());
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < ROWS; i += 7) {
      wanted.addAll(List.of("u" + i, i % 2 == 0 ? "gone" : "-" + i + ".5"));
      wanted.addAll(List.of("new" + i, Integer.toString(i)));
    }
    return original.plan(wanted.toArray(String[]::new));
  }

  private static String before() {
    StringBuilder text = new StringBuilder("user_id,value");
    for (int i = 0; i < ROWS; i++) {
      text.append(i % 5 == 0 ? "\r\n" : "\n").append("u").append(i).append(",").append(i);
    }
    return text.toString();
  }

  private Process start(String step, String action) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            folder.toString(),
            step,
            action)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("by SIGKILL").isEqualTo(137);
  }

  @ParameterizedTest
  @EnumSource(CsvWrite.Step.class)
  void kill_atAStepOfAnApplyAndOfARollback(CsvWrite.Step step) throws Exception {
    Files.createDirectories(folder.resolve("original"));
    CsvCase table = table(folder).write(before());
    List<Correction> plan = readPlan(folder);
    String after = after(plan);
    boolean replaced = step.compareTo(CsvWrite.Step.REPLACED) >= 0;

    killAt(step, "APPLY");
    assertThat(table.text().equals(replaced ? after : before())).as(step + " of apply").isTrue();
    assertThat(write(table, plan, LedgerEntry.Action.APPLY))
        .isEqualTo(replaced ? Outcome.ALREADY_APPLIED : Outcome.APPLIED);
    assertThat(table.text().equals(after)).isTrue();

    killAt(step, "ROLLBACK");
    assertThat(table.text().equals(replaced ? before() : after)).as(step + " of rollback").isTrue();
    assertThat(write(table, plan, LedgerEntry.Action.ROLLBACK))
        .isEqualTo(replaced ? Outcome.ALREADY_APPLIED : Outcome.APPLIED);
    assertThat(table.text().equals(before())).isTrue();
  }

  private void killAt(CsvWrite.Step step, String action) throws Exception {
    Process process = start(step.name(), action);
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("reached");
    } finally {
      kill(process);
    }
  }

  @Test
  void kill_atAnyMoment() throws Exception {
    Files.createDirectories(folder.resolve("original"));
    CsvCase table = table(folder).write(before());
    List<Correction> plan = readPlan(folder);
    String after = after(plan);
    int kills = Integer.getInteger("errata.test.kills", 10);
    Random moments = new Random(7);
    int applied = 0;
    int undone = 0;
    for (int number = 0; number < kills; number++) {
      Process process = start("NONE", "APPLY");
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        // It has begun, and has ended an apply, or a rollback too; what it does when the time is
        // over is left to chance.
        for (int ended = 0; ended <= number % 2; ended++) {
          assertThat(out.readLine()).isNotNull();
        }
        process.waitFor(moments.nextInt(600_000), TimeUnit.MICROSECONDS);
      } finally {
        kill(process);
      }
      boolean isAfter = table.text().equals(after);
      assertThat(isAfter || table.text().equals(before())).as("whole, kill " + number).isTrue();
      applied += isAfter ? 1 : 0;
      undone += isAfter ? 0 : 1;

      assertThat(write(table, plan, LedgerEntry.Action.APPLY))
          .as("kill " + number)
          .isEqualTo(isAfter ? Outcome.ALREADY_APPLIED : Outcome.APPLIED);
      assertThat(table.text().equals(after)).isTrue();
      assertThat(write(table, plan, LedgerEntry.Action.ROLLBACK)).isEqualTo(Outcome.APPLIED);
      assertThat(table.text().equals(before())).isTrue();
    }
    System.out.printf(
        "CSV: killed %d times at any moment: %d times as planned, %d times as before, 0 times between%n",
        kills, applied, undone);
  }

  private String after(List<Correction> plan) throws IOException {
    Path other = Files.createDirectories(folder.resolve("other"));
    CsvCase table = CsvCase.of(other, before());
    assertThat(write(table, plan, LedgerEntry.Action.APPLY)).isEqualTo(Outcome.APPLIED);
    return table.text();
  }

  private static Outcome write(CsvCase table, List<Correction> plan, LedgerEntry.Action action) {
    WriteRequest request = table.request("p", plan);
    try (LiveTable live = table.open()) {
      return action == LedgerEntry.Action.APPLY
          ? live.apply(request).outcome()
          : live.rollback(request).outcome();
    }
  }
}
