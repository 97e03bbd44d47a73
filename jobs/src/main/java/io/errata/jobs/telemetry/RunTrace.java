package io.errata.jobs.telemetry;

import io.errata.api.ErrorCode;
import io.errata.jobs.spec.Spec;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.table.WriteResult;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The spans of a run:
 *
 * <pre>
 *   errata run
 *     errata plan
 *       prepare
 *       look at the events
 *       …
 *     errata apply
 *       open the table
 *       …
 * </pre>
 *
 * <p>A verb that is one action, such as {@code apply}, has its stages below itself. Attributes are
 * names, times and counts, and of an error its code and class: never its message, which may hold
 * data of a row.
 */
final class RunTrace {
  /** A plan with drift is no failure of the one that found it. */
  private static final List<Integer> FINE = List.of(0, 3);

  private static final int DEEPEST_CAUSE = 50;

  private final Tracer tracer;
  private final String verb;
  private final Span root;
  private @Nullable Span action;
  private @Nullable Span stage;
  private boolean failed;

  /**
   * @param caller whose span the run belongs to
   */
  RunTrace(Tracer tracer, Context caller, String verb) {
    this.tracer = tracer;
    this.verb = verb;
    this.root = tracer.spanBuilder(name(verb)).setParent(caller).startSpan();
  }

  private static String name(String verb) {
    return "errata " + verb;
  }

  private Span begin(Span parent, String name) {
    return tracer.spanBuilder(name).setParent(Context.root().with(parent)).startSpan();
  }

  private Span current() {
    return action == null ? root : action;
  }

  /** The verb as a whole is about a spec. */
  void spec(String name) {
    set(root, TraceAttribute.SPEC, name);
  }

  /**
   * A plan, apply or rollback begins.
   *
   * @param spec what it is about, where that is known
   */
  void action(String name, Optional<Spec> spec) {
    endAction();
    if (!name.equals(verb)) {
      action = begin(root, name(name));
    }
    spec.ifPresent(
        known -> {
          spec(known.name());
          set(current(), TraceAttribute.SPEC, known.name());
          for (Span span : List.of(root, current())) {
            set(span, TraceAttribute.TABLE, known.table().name());
            set(span, TraceAttribute.FROM, known.window().from().toString());
            set(span, TraceAttribute.TO, known.window().to().toString());
          }
        });
  }

  /** The run of the plan has an id. */
  void begun(String run, String name) {
    spec(name);
    for (Span span : List.of(root, current())) {
      set(span, TraceAttribute.SPEC, name);
      set(span, TraceAttribute.RUN, run);
    }
  }

  void stage(String name) {
    endStage();
    stage = begin(current(), name);
  }

  /** The plan is made. */
  void planned(PlanManifest plan) {
    about(plan);
    Span span = current();
    PlanManifest.EventCounts events = plan.events();
    set(span, TraceAttribute.READ, events.read());
    set(span, TraceAttribute.IN_WINDOW, events.inWindow());
    set(span, TraceAttribute.FILTERED, events.filtered());
    set(span, TraceAttribute.DUPLICATES, events.duplicates());
    set(span, TraceAttribute.REJECTED, events.rejected());
    set(span, TraceAttribute.USED, events.used());
    PlanManifest.RowCounts rows = plan.rows();
    set(span, TraceAttribute.RECOMPUTED, rows.recomputed());
    set(span, TraceAttribute.LIVE, rows.live());
    set(span, TraceAttribute.EQUAL, rows.equal());
    set(span, TraceAttribute.INSERT, rows.insert());
    set(span, TraceAttribute.UPDATE, rows.update());
    set(span, TraceAttribute.DELETE, rows.delete());
    set(span, TraceAttribute.QUARANTINED, rows.quarantined());
    if (!plan.limits().isEmpty()) {
      span.setAttribute(
          AttributeKey.stringArrayKey(TraceAttribute.LIMITS.key()),
          plan.limits().stream().map(LimitHit::limit).toList());
    }
    endAction();
  }

  /** An apply or rollback writes a plan. */
  void about(PlanManifest plan) {
    for (Span span : List.of(root, current())) {
      set(span, TraceAttribute.PLAN, plan.plan());
      set(span, TraceAttribute.FROM, plan.window().from().toString());
      set(span, TraceAttribute.TO, plan.window().to().toString());
    }
  }

  /** An apply or rollback has ended. */
  void wrote(WriteResult result) {
    Span span = current();
    String outcome = result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-');
    set(span, TraceAttribute.OUTCOME, outcome);
    set(span, TraceAttribute.INSERTED, result.counts().inserted());
    set(span, TraceAttribute.UPDATED, result.counts().updated());
    set(span, TraceAttribute.DELETED, result.counts().deleted());
    set(span, TraceAttribute.CONFLICTS, result.counts().conflicts());
    result.ledger().ifPresent(id -> set(span, TraceAttribute.LEDGER, id));
    if (result.outcome() == WriteResult.Outcome.CONFLICT) {
      fail(span, ErrorCode.CONFLICT);
    }
    endAction();
  }

  /** What is under way has failed. */
  void failed(ErrorCode code, Throwable thrown) {
    failed = true;
    List<Span> open =
        Stream.of(Optional.ofNullable(stage), Optional.ofNullable(action), Optional.of(root))
            .flatMap(Optional::stream)
            .toList();
    for (Span span : open) {
      fail(span, code);
      set(span, TraceAttribute.EXCEPTION, innermost(thrown).getClass().getName());
    }
  }

  /** What it all came from. */
  static Throwable innermost(Throwable thrown) {
    Throwable innermost = thrown;
    for (int depth = 0; depth < DEEPEST_CAUSE && innermost.getCause() != null; depth++) {
      innermost = innermost.getCause();
    }
    return innermost;
  }

  private static void fail(Span span, ErrorCode code) {
    span.setStatus(StatusCode.ERROR);
    set(span, TraceAttribute.ERROR, code.name());
    set(span, TraceAttribute.ERROR_KIND, code.kind().name().toLowerCase(Locale.ROOT));
  }

  /** The run has ended. */
  void ended(int status) {
    endAction();
    set(root, TraceAttribute.EXIT_STATUS, status);
    if (!failed && !FINE.contains(status)) {
      fail(root, ofStatus(status));
    }
    root.end();
  }

  /** What an exit status means that a verb ended with, rather than with an error. */
  private static ErrorCode ofStatus(int status) {
    return Stream.of(ErrorCode.LIMIT, ErrorCode.CONFLICT)
        .filter(code -> code.exitStatus() == status)
        .findFirst()
        .orElse(ErrorCode.INTERNAL);
  }

  private void endStage() {
    if (stage != null) {
      stage.end();
      stage = null;
    }
  }

  private void endAction() {
    endStage();
    if (action != null) {
      action.end();
      action = null;
    }
  }

  private static void set(Span span, TraceAttribute attribute, String value) {
    span.setAttribute(attribute.key(), value);
  }

  private static void set(Span span, TraceAttribute attribute, long value) {
    span.setAttribute(attribute.key(), value);
  }
}
