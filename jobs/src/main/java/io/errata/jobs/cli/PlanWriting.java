package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.report.DisplayText;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.telemetry.Telemetry;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.table.Guards;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LoadLimits;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteRequest;
import io.errata.state.table.WriteResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Applies a plan, or takes it back, and tells how that ended. */
final class PlanWriting {
  /**
   * Fields of a planned spec that may be another when it is applied: how to get to the table, not
   * what to do with it.
   */
  private static final List<String> CHANGEABLE =
      List.of(
          "table.jdbc.url",
          "table.jdbc.user",
          "table.jdbc.password",
          "table.csv.path",
          "table.lock-timeout",
          "table.statement-timeout",
          LoadLimits.LAG,
          LoadLimits.SESSIONS,
          "conflicts");

  private static final List<String> LIMITS = List.of("corrections", "deletes", "quarantine");

  private static final int SHOWN_CONFLICTS = 20;

  private final Session session;
  private final Console console;

  PlanWriting(Session session, Console console) {
    this.session = session;
    this.console = console;
  }

  /**
   * Refuses overrides that would make another thing of a plan.
   *
   * @throws ErrataException USAGE where there is one
   */
  static void checkOverrides(Collection<String> overrides) {
    for (String override : overrides) {
      String path =
          override.contains("=") ? override.substring(0, override.indexOf('=')) : override;
      if (!CHANGEABLE.contains(path)) {
        throw new ErrataException(
            ErrorCode.USAGE,
            "Cannot set "
                + path
                + " of a plan that is made (only "
                + String.join(", ", CHANGEABLE)
                + ")",
            Nearest.find(path, CHANGEABLE).map(n -> "Did you mean " + n + "? ").orElse("")
                + "To change anything else, change the spec and plan again.");
      }
    }
  }

  /**
   * The limits that a plan has hit and that aren't overridden.
   *
   * @param overridden names of limits, with or without {@code limits.} before them
   * @throws ErrataException USAGE where one of them is no limit
   */
  static List<LimitHit> standing(PlanManifest manifest, Collection<String> overridden) {
    List<String> names =
        overridden.stream()
            .map(PlanWriting::limitName)
            .filter(name -> !isOfTheFilter(name))
            .toList();
    for (String name : names) {
      boolean hit = manifest.limits().stream().anyMatch(h -> limitName(h.limit()).equals(name));
      if (!hit && !LIMITS.contains(name)) {
        throw new ErrataException(
            ErrorCode.USAGE,
            "Cannot override "
                + name
                + ": there is no such limit ("
                + String.join(", ", LIMITS)
                + ")",
            Nearest.find(name, LIMITS)
                .map(n -> "Did you mean --override " + n + "?")
                .orElse("errata show names the limits that a plan has hit."));
      }
    }
    return manifest.limits().stream()
        .filter(hit -> !names.contains(limitName(hit.limit())))
        .toList();
  }

  /** What the filter leaves out makes rows wrong: there nobody can know better. */
  private static boolean isOfTheFilter(String limit) {
    return limit.startsWith("filter.");
  }

  private static String limitName(String limit) {
    return limit.startsWith("limits.") ? limit.substring("limits.".length()) : limit;
  }

  /**
   * Tells that limits keep a plan from being applied, and how a person who knows better goes on.
   */
  int refuse(ObjectNode document, PlanManifest manifest, String plan, List<LimitHit> standing) {
    Documents.refused(document, manifest);
    console.say(
        console.styled(Style.BAD, "Refused")
            + ": nothing was written, because a limit of the spec was hit.");
    standing.forEach(hit -> console.say("  " + PlanText.limit(hit)));
    if (standing.stream().anyMatch(hit -> isOfTheFilter(hit.limit()))) {
      console.say("Next: correct the spec, and plan again.");
      return Verb.LIMIT;
    }
    List<String> overrides = new ArrayList<>();
    standing.forEach(hit -> overrides.add("--override " + limitName(hit.limit())));
    console.say(
        "Next: correct the spec or raise the limit, and plan again. To let it give way this once:");
    console.say("      errata apply " + Shell.quote(plan) + " " + String.join(" ", overrides));
    return Verb.LIMIT;
  }

  /**
   * Applies a plan.
   *
   * @param spec of the plan, with secrets
   * @return the exit status
   */
  int apply(ObjectNode document, PlanDirectory plan, Spec spec) {
    WriteResult result = write("apply", plan, spec, Guards.LEDGER, LiveTable::apply);
    Documents.write(document, plan.manifest().plan(), result);
    switch (result.outcome()) {
      case APPLIED -> {
        console.say(
            console.styled(Style.GOOD, "Applied")
                + ": "
                + written(result.counts())
                + " in one transaction"
                + ledger(result));
        tellReadback(result);
      }
      case ALREADY_APPLIED ->
          console.say("This plan was applied before" + ledger(result) + "; nothing was written.");
      case NOTHING_TO_DO -> console.say("The plan has no corrections; nothing was written.");
      case CONFLICT -> tellConflict(result, "Plan again to see what is right now.");
    }
    tellLeft(result);
    return status(result);
  }

  /**
   * Takes a plan back.
   *
   * @param spec of the plan, with secrets
   * @param guards what the rows are to be compared with
   * @return the exit status
   */
  int rollback(ObjectNode document, PlanDirectory plan, Spec spec, Guards guards) {
    WriteResult result = write("rollback", plan, spec, guards, LiveTable::rollback);
    Documents.write(document, plan.manifest().plan(), result);
    document.put("guards", result.guards().name().toLowerCase(Locale.ROOT));
    switch (result.outcome()) {
      case APPLIED -> {
        console.say(
            console.styled(Style.GOOD, "Rolled back")
                + ": "
                + written(result.counts())
                + " in one transaction"
                + ledger(result)
                + "; the rows are as they were before the plan was applied");
        tellReadback(result);
      }
      case ALREADY_APPLIED ->
          console.say(
              "This plan was rolled back before" + ledger(result) + "; nothing was written.");
      case NOTHING_TO_DO -> tellNotApplied(plan, result);
      case CONFLICT ->
          tellConflict(
              result, "Those rows were written again since; taking the plan back would undo that.");
    }
    tellGuards(result);
    tellLeft(result);
    return status(result);
  }

  private void tellNotApplied(PlanDirectory plan, WriteResult result) {
    console.say("This plan is not applied, so there is nothing to take back.");
    if (plan.manifest().corrections().total() > 0 && result.guards() == Guards.LEDGER) {
      console.say(
          "The ledger says so. If it was lost since the apply: errata rollback "
              + Shell.quote(session.shorten(plan.location()))
              + " --ledger-lost");
    }
  }

  /** What nobody could look up. */
  private void tellGuards(WriteResult result) {
    if (result.guards() == Guards.PLAN) {
      console.say(
          console.styled(Style.WARN, "Without the ledger")
              + ": it has nothing about an apply of this plan, so each row was compared with the plan itself: key and"
              + " compared columns as the plan writes them, in updated rows all others as they were before.");
      console.say(
          "Not checked: that the plan was applied at all, and what table.set and the database have filled in.");
    }
  }

  /** Calls on a live table that another thread can close. */
  private WriteResult write(
      String action, PlanDirectory plan, Spec spec, Guards guards, Writing writing) {
    Telemetry telemetry = session.telemetry();
    PlanManifest manifest = plan.manifest();
    telemetry.writing(action, spec, manifest);
    telemetry.stage("open the table");
    WriteRequest request =
        new WriteRequest(
            manifest.plan(),
            plan.seal(),
            manifest.table().description().fingerprint(),
            manifest.worker().identity(),
            manifest.window().from(),
            manifest.window().to(),
            plan.corrections(),
            spec.conflicts(),
            guards,
            telemetry::stage);
    Cancellation cancellation = console.cancellation();
    cancellation.check();
    try (LiveTable table = session.operations().open(spec);
        Cancellation.Registration registration = cancellation.onCancel(table::close)) {
      telemetry.stage("check the table");
      WriteResult result = writing.write(table, request);
      telemetry.wrote(action, result);
      return result;
    }
  }

  private static int status(WriteResult result) {
    if (result.outcome() == WriteResult.Outcome.CONFLICT) {
      return Verb.CONFLICT;
    }
    return result.readback().differing().isEmpty() ? Verb.DONE : ErrorCode.INTERNAL.exitStatus();
  }

  private static String written(WriteCounts counts) {
    List<String> parts = new ArrayList<>();
    parts.add(DisplayText.count(counts.updated()) + " updated");
    parts.add(DisplayText.count(counts.inserted()) + " inserted");
    parts.add(DisplayText.count(counts.deleted()) + " deleted");
    return DisplayText.count(counts.written(), "row") + " (" + String.join(", ", parts) + ")";
  }

  private static String ledger(WriteResult result) {
    return result.ledger().map(id -> ", ledger row " + id).orElse("");
  }

  private void tellReadback(WriteResult result) {
    WriteResult.Readback readback = result.readback();
    if (readback.differing().isEmpty()) {
      console.say(
          "Read back and verified: "
              + DisplayText.count(readback.verified(), "row")
              + (readback.changedSince() == 0
                  ? "."
                  : "; "
                      + DisplayText.count(readback.changedSince())
                      + " written again by somebody else since."));
      return;
    }
    console.say(
        console.styled(Style.BAD, "Not as planned")
            + ": "
            + DisplayText.count(readback.differing().size(), "row")
            + " differ from what was written; a trigger or a rule of the table may have changed them:");
    list(readback.differing());
  }

  private void tellConflict(WriteResult result, String why) {
    console.say(
        console.styled(Style.BAD, "Conflict")
            + ": "
            + DisplayText.count(result.counts().conflicts(), "row")
            + (result.counts().conflicts() == 1 ? " is" : " are")
            + " no longer as the plan saw "
            + (result.counts().conflicts() == 1 ? "it" : "them")
            + "; nothing was written.");
    listConflicts(result);
    console.say(
        "Next: "
            + why
            + " With conflicts=skip"
            + (result.guards() == Guards.PLAN ? " and --ledger-lost" : "")
            + " such rows are left and the others written.");
  }

  /** Rows that were left out under {@code conflicts: skip}. */
  private void tellLeft(WriteResult result) {
    if (result.outcome() == WriteResult.Outcome.APPLIED && result.counts().conflicts() > 0) {
      console.say(
          console.styled(Style.WARN, "Left as they are")
              + ": "
              + DisplayText.count(result.counts().conflicts(), "row")
              + " changed since the plan.");
      listConflicts(result);
    }
  }

  private void listConflicts(WriteResult result) {
    list(result.conflicts().stream().map(c -> c.key() + ": " + c.reason()).toList());
  }

  private void list(List<String> lines) {
    lines.stream()
        .limit(SHOWN_CONFLICTS)
        .forEach(line -> console.say("  " + DisplayText.wholeLine(line)));
    if (lines.size() > SHOWN_CONFLICTS) {
      console.say("  … " + DisplayText.count(lines.size() - SHOWN_CONFLICTS) + " more with --json");
    }
  }

  /** One of the two ways to write a plan. */
  private interface Writing {
    WriteResult write(LiveTable table, WriteRequest request);
  }
}
