package io.errata.jobs.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.cli.SampleSpec;
import io.errata.jobs.report.SamplePlan;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.LimitHit;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import io.errata.state.table.WriteResult.Readback;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The spans of a run, as an exporter gets them. */
class RunTraceTest {
  private static final String SECRET = "u1@example.org";

  private final Kept kept = new Kept();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(kept)).build();

  /** Keeps what it is given. */
  private static final class Kept implements SpanExporter {
    private final List<SpanData> spans = new ArrayList<>();

    @Override
    public CompletableResultCode export(Collection<SpanData> ended) {
      spans.addAll(ended);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private RunTrace begin(String verb) {
    return new RunTrace(provider.get("test"), Context.root(), verb);
  }

  private SpanData span(String name) {
    List<SpanData> found = kept.spans.stream().filter(span -> span.getName().equals(name)).toList();
    assertThat(found).as(name).hasSize(1);
    return found.get(0);
  }

  /** As {@code child < parent}, in the order in which they ended. */
  private List<String> tree() {
    return kept.spans.stream()
        .map(
            span ->
                span.getName()
                    + kept.spans.stream()
                        .filter(other -> other.getSpanId().equals(span.getParentSpanId()))
                        .map(other -> " < " + other.getName())
                        .findFirst()
                        .orElse(""))
        .toList();
  }

  private static String text(SpanData span, TraceAttribute attribute) {
    return span.getAttributes().get(AttributeKey.stringKey(attribute.key()));
  }

  private static Long number(SpanData span, TraceAttribute attribute) {
    return span.getAttributes().get(AttributeKey.longKey(attribute.key()));
  }

  private static PlanManifest plan(LimitHit... limits) {
    return SamplePlan.manifest(SamplePlan.source(List.of()), List.of(limits), List.of());
  }

  private static WriteResult result(Outcome outcome, WriteCounts counts) {
    return new WriteResult(
        outcome, counts, Optional.of(42L), List.of(), new Readback(0, 0, List.of()));
  }

  private static void make(RunTrace trace, PlanManifest plan) {
    trace.action("plan", Optional.of(SampleSpec.spec()));
    trace.stage("prepare");
    trace.begun("3f2a91c07d5e1b44", "daily-totals");
    trace.stage("seal the plan");
    trace.planned(plan);
  }

  @Test
  void run_isOfAPlanAndAnApply_withTheirStages() {
    RunTrace trace = begin("run");
    PlanManifest plan = plan();
    make(trace, plan);
    trace.action("apply", Optional.of(SampleSpec.spec()));
    trace.about(plan);
    trace.stage("open the table");
    trace.stage("write the rows");
    trace.wrote(result(Outcome.APPLIED, new WriteCounts(1, 2, 3, 0)));
    trace.ended(0);

    assertThat(tree())
        .containsExactly(
            "prepare < errata plan",
            "seal the plan < errata plan",
            "errata plan < errata run",
            "open the table < errata apply",
            "write the rows < errata apply",
            "errata apply < errata run",
            "errata run");
    assertThat(kept.spans)
        .extracting(SpanData::getTraceId)
        .containsOnly(span("errata run").getTraceId());
    assertThat(kept.spans)
        .extracting(span -> span.getStatus().getStatusCode())
        .containsOnly(StatusCode.UNSET);
    SpanData planned = span("errata plan");
    assertThat(text(planned, TraceAttribute.PLAN)).isEqualTo(plan.plan());
    assertThat(text(planned, TraceAttribute.RUN)).isEqualTo("3f2a91c07d5e1b44");
    assertThat(text(planned, TraceAttribute.SPEC)).isEqualTo("daily-totals");
    assertThat(text(planned, TraceAttribute.TABLE)).isEqualTo("public.daily_totals");
    assertThat(text(planned, TraceAttribute.FROM)).isEqualTo(plan.window().from().toString());
    assertThat(text(planned, TraceAttribute.TO)).isEqualTo(plan.window().to().toString());
    assertThat(number(planned, TraceAttribute.READ)).isEqualTo(plan.events().read());
    assertThat(number(planned, TraceAttribute.USED)).isEqualTo(plan.events().used());
    assertThat(number(planned, TraceAttribute.UPDATE)).isEqualTo(plan.rows().update());
    SpanData applied = span("errata apply");
    assertThat(text(applied, TraceAttribute.PLAN)).isEqualTo(plan.plan());
    assertThat(text(applied, TraceAttribute.OUTCOME)).isEqualTo("applied");
    assertThat(number(applied, TraceAttribute.INSERTED)).isEqualTo(1);
    assertThat(number(applied, TraceAttribute.UPDATED)).isEqualTo(2);
    assertThat(number(applied, TraceAttribute.DELETED)).isEqualTo(3);
    assertThat(number(applied, TraceAttribute.LEDGER)).isEqualTo(42);
    SpanData run = span("errata run");
    assertThat(text(run, TraceAttribute.PLAN)).isEqualTo(plan.plan());
    assertThat(text(run, TraceAttribute.TABLE)).isEqualTo("public.daily_totals");
    assertThat(number(run, TraceAttribute.EXIT_STATUS)).isZero();
  }

  @Test
  void verbOfOneAction_hasTheStagesBelowItself() {
    for (String verb : List.of("plan", "apply", "rollback")) {
      kept.spans.clear();
      RunTrace trace = begin(verb);
      trace.action(verb, Optional.of(SampleSpec.spec()));
      trace.stage("a stage");
      trace.ended(0);
      assertThat(tree()).containsExactly("a stage < errata " + verb, "errata " + verb);
    }
  }

  @Test
  void verifyOfDeterminism_hasTwoPlans() {
    RunTrace trace = begin("verify");
    make(trace, plan());
    make(trace, plan());
    trace.ended(3);
    assertThat(tree())
        .containsExactly(
            "prepare < errata plan",
            "seal the plan < errata plan",
            "errata plan < errata verify",
            "prepare < errata plan",
            "seal the plan < errata plan",
            "errata plan < errata verify",
            "errata verify");
    // Drift was found, which is what it is for.
    assertThat(span("errata verify").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(number(span("errata verify"), TraceAttribute.EXIT_STATUS)).isEqualTo(3);
  }

  @Test
  void failure_isOfAllThatWasUnderWay_withoutItsMessage() {
    RunTrace trace = begin("run");
    trace.action("plan", Optional.empty());
    trace.stage("prepare");
    trace.stage("recompute and compare");
    trace.failed(
        ErrorCode.UNAVAILABLE,
        new ErrataException(
            ErrorCode.UNAVAILABLE,
            "Cannot read " + SECRET,
            "Look at " + SECRET,
            new IllegalStateException(SECRET, new SQLException(SECRET))));
    trace.ended(6);

    assertThat(span("prepare").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    for (String name : List.of("recompute and compare", "errata plan", "errata run")) {
      SpanData span = span(name);
      assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(text(span, TraceAttribute.ERROR)).isEqualTo("UNAVAILABLE");
      assertThat(text(span, TraceAttribute.ERROR_KIND)).isEqualTo("external");
      assertThat(text(span, TraceAttribute.EXCEPTION)).isEqualTo("java.sql.SQLException");
    }
    assertThat(number(span("errata run"), TraceAttribute.EXIT_STATUS)).isEqualTo(6);
    assertThat(kept.spans.toString()).doesNotContain(SECRET);
  }

  @Test
  void conflict_isAnErrorOfTheApply_thoughNothingWasThrown() {
    RunTrace trace = begin("run");
    make(trace, plan());
    trace.action("apply", Optional.empty());
    trace.stage("write the rows");
    trace.wrote(result(Outcome.CONFLICT, new WriteCounts(0, 0, 0, 3)));
    trace.ended(5);

    for (String name : List.of("errata apply", "errata run")) {
      assertThat(span(name).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(text(span(name), TraceAttribute.ERROR)).isEqualTo("CONFLICT");
    }
    assertThat(span("errata plan").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(text(span("errata apply"), TraceAttribute.OUTCOME)).isEqualTo("conflict");
    assertThat(number(span("errata apply"), TraceAttribute.CONFLICTS)).isEqualTo(3);
  }

  @Test
  void limit_isNamed_andAnErrorOfTheRun() {
    RunTrace trace = begin("run");
    make(trace, plan(new LimitHit("deletes", "0", "1", "1 row would be deleted.")));
    trace.ended(4);
    assertThat(
            span("errata plan")
                .getAttributes()
                .get(AttributeKey.stringArrayKey(TraceAttribute.LIMITS.key())))
        .containsExactly("deletes");
    assertThat(span("errata plan").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span("errata run").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(text(span("errata run"), TraceAttribute.ERROR)).isEqualTo("LIMIT");
  }

  @Test
  void runOfNothing_isARootOfItsOwn() {
    begin("apply").ended(2);
    assertThat(tree()).containsExactly("errata apply");
    assertThat(span("errata apply").getParentSpanId()).isEqualTo(SpanId.getInvalid());
    assertThat(text(span("errata apply"), TraceAttribute.ERROR)).isEqualTo("INTERNAL");
  }
}
