package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Worker;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.SourceShare;
import io.errata.connectors.WindowSource;
import io.errata.jobs.aggregate.AggregateWorker;
import io.errata.jobs.plan.Finding.Level;
import io.errata.jobs.spec.LimitsSpec.MissingCoverage;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.worker.LintFinding;
import io.errata.jobs.worker.WorkerJars;
import io.errata.jobs.worker.WorkerLint;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks at everything that a plan needs, and runs nothing. */
public final class Preflight {
  /** So many partitions are told one by one. */
  private static final int NAMED = 20;

  private final List<Finding> findings = new ArrayList<>();

  private final ClassLoader workers;

  private Preflight(ClassLoader workers) {
    this.workers = workers;
  }

  /** As {@link #check(Spec, List)}, with the workers of the class path. */
  public static List<Finding> check(Spec spec) {
    return check(spec, List.of());
  }

  /**
   * All that is to be said of a spec; a failure of one part doesn't hide another.
   *
   * @param workerJars jars with workers of the user
   * @throws ErrataException INVALID_WORKER where one of the jars can't be read
   */
  public static List<Finding> check(Spec spec, List<Path> workerJars) {
    try (WorkerJars jars = WorkerJars.open(workerJars)) {
      Preflight preflight = new Preflight(jars.loader());
      preflight.look(spec);
      return List.copyOf(preflight.findings);
    }
  }

  private void look(Spec spec) {
    WindowSource source = Sources.of(spec.events());
    try (LiveTable table = LiveTables.open(spec.table())) {
      String answer =
          spec.table().csvOptions().isPresent()
              ? "The file is a table, "
              : "The database answers as ";
      find(Level.OK, "table", answer + table.describe().name() + ".", "");
      if (spec.events().kafka().isPresent() && !isReached(source)) {
        return;
      }
      Preparation prepared = new Preparer(spec, table, source, workers).prepare();
      lint(prepared);
      prepared
          .reason()
          .ifPresent(
              why ->
                  find(
                      Level.OK,
                      "window",
                      "The window is " + prepared.window() + ": " + why + ".",
                      ""));
      prepared.warnings().forEach(warning -> find(Level.WARNING, "rows", warning, ""));
      table.openSnapshot(prepared.range(), 1).close();
      look(spec, source, prepared);
    } catch (ErrataException e) {
      error(e);
    }
  }

  /** Before the table and it are looked at together, so that it is named where it is at fault. */
  private boolean isReached(WindowSource source) {
    try {
      source.naturalTypes(List.of());
      return true;
    } catch (ErrataException e) {
      error("events", e);
      return false;
    }
  }

  private void look(Spec spec, WindowSource source, Preparation prepared) {
    try {
      ResolvedWindow window =
          source.resolve(prepared.window(), prepared.events(), prepared.condition());
      find(
          Level.OK,
          "events",
          window.inputs().size()
              + inputs(spec)
              + ", about "
              + window.estimatedEvents()
              + " events to read.",
          "");
      for (SourceShare share : window.shares()) {
        find(
            Level.OK,
            "events",
            share.source()
                + (share.window() == null
                    ? " is not read: "
                    : " is read for " + share.window() + ": ")
                + share.reason()
                + ".",
            "");
      }
      if (spec.events().kafka().isPresent()) {
        find(Level.OK, "events", offsets(window.inputs()), "");
      }
      for (String warning : window.warnings(List.of())) {
        find(Level.WARNING, "events", warning, "");
      }
      Level level =
          spec.limits().missingCoverage() == MissingCoverage.ALLOW ? Level.WARNING : Level.ERROR;
      Optional<ErrorCode> code =
          level == Level.ERROR ? Optional.of(ErrorCode.MISSING_COVERAGE) : Optional.empty();
      for (Gap gap : window.gaps()) {
        findings.add(
            new Finding(
                level,
                "events",
                gap.input() + ": " + gap.reason() + ".",
                "Bring the events back.",
                code));
      }
    } catch (ErrataException e) {
      error("events", e);
    }
  }

  private static String inputs(Spec spec) {
    if (spec.events().kafka().isEmpty()) {
      return " files";
    }
    return spec.events().archive().isEmpty() ? " partitions" : " files and partitions";
  }

  /** What is read of each partition, where that is anything. */
  private static String offsets(List<InputPart> inputs) {
    List<InputPart> filled =
        inputs.stream().filter(part -> part.rows() > 0 && part.bytes() < 0).toList();
    String list =
        filled.stream()
            .limit(NAMED)
            .map(
                part ->
                    part.name()
                        + " offsets "
                        + part.first()
                        + " to "
                        + (part.first() + part.rows() - 1))
            .collect(Collectors.joining(", "));
    return filled.isEmpty()
        ? "No partition has records of the window's time."
        : "Read are "
            + list
            + (filled.size() > NAMED ? ", and " + (filled.size() - NAMED) + " more" : "")
            + ".";
  }

  private void lint(Preparation prepared) {
    for (Worker<?> version : prepared.chosen().worker().versions()) {
      String name = version.name() + "@" + version.version();
      // What a declared worker can do is in Errata's own hands.
      List<LintFinding> found =
          version instanceof AggregateWorker ? List.of() : WorkerLint.findings(version);
      if (found.isEmpty()) {
        find(Level.OK, "worker", name + " reaches for nothing but its events.", "");
      }
      for (LintFinding finding : found) {
        find(
            finding.severity() == LintFinding.Severity.WARNING ? Level.WARNING : Level.ERROR,
            "worker",
            name + ": " + finding,
            "Take it from the event, or leave it out: the same events must give the same row.");
      }
    }
  }

  private void find(Level level, String subject, String message, String next) {
    findings.add(new Finding(level, subject, message, next));
  }

  private void error(ErrataException e) {
    error(subject(e.code()), e);
  }

  private void error(String subject, ErrataException e) {
    findings.add(
        new Finding(
            Level.ERROR, subject, String.valueOf(e.getMessage()), e.next(), Optional.of(e.code())));
  }

  private static String subject(ErrorCode code) {
    return switch (code) {
      case INVALID_TABLE, FORBIDDEN, UNAVAILABLE -> "table";
      case INVALID_WORKER -> "worker";
      case INVALID_SOURCE, MISSING_COVERAGE -> "events";
      default -> "spec";
    };
  }
}
