package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.jobs.graph.JobCounts;
import io.errata.jobs.kubernetes.Handover;
import io.errata.jobs.plan.ForwardedProgress;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Waiting;
import io.errata.jobs.report.SamplePlan;
import io.errata.jobs.telemetry.Telemetry;
import io.errata.state.plan.PlanManifest;
import io.errata.state.table.Overload;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each that hears a plan's progress and tells another, in the order in which a launched run has
 * them.
 */
class ForwardedProgressTest {
  /** An argument for each type that a method of {@link PlanProgress} takes. */
  private static final Map<Class<?>, Object> ARGUMENTS =
      Map.of(
          String.class,
          "text",
          long.class,
          7L,
          Instant.class,
          Instant.parse("2024-06-10T12:00:00Z"),
          Optional.class,
          Optional.of(new Waiting(new Overload("limits.table-load", "busy"), Instant.EPOCH)),
          JobCounts.class,
          JobCounts.NONE,
          PlanManifest.class,
          SamplePlan.manifest());

  @TempDir private Path folder;

  /** Who tells another. */
  private enum Forwarder {
    BASE,
    NOTED,
    HANDED_OVER,
    OBSERVED
  }

  private PlanProgress forwarder(Forwarder which, PlanProgress next) {
    return switch (which) {
      case BASE -> new ForwardedProgress(next) {};
      case NOTED -> {
        Session session = session();
        yield new NotedProgress(
            next, session, session.console(false, false), new ObjectMapper().createObjectNode());
      }
      case HANDED_OVER ->
          HandedOver.of(Map.of(Handover.VARIABLE, folder.toString()), new Cancellation())
              .orElseThrow()
              .observe(next);
      case OBSERVED -> {
        Telemetry telemetry = new Telemetry(Map.of("ERRATA_METRICS", "off"), Clock.systemUTC());
        telemetry.begin("plan");
        yield telemetry.observe(next);
      }
    };
  }

  private Session session() {
    return new Session(
        new FakeOperations(),
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
        new ErrorStream(new ByteArrayOutputStream(), StandardCharsets.UTF_8),
        Terminal.NONE,
        new Cancellation(),
        folder,
        Map.of(),
        Telemetry.off());
  }

  @ParameterizedTest
  @EnumSource
  void everyMethod_isHeardByTheNext(Forwarder which) throws ReflectiveOperationException {
    List<List<Object>> heard = new ArrayList<>();
    PlanProgress next =
        (PlanProgress)
            Proxy.newProxyInstance(
                PlanProgress.class.getClassLoader(),
                new Class<?>[] {PlanProgress.class},
                (proxy, method, arguments) -> {
                  heard.add(call(method, arguments));
                  return null;
                });
    PlanProgress forwarder = forwarder(which, next);
    for (Method method : methods()) {
      Object[] arguments =
          Arrays.stream(method.getParameterTypes())
              .map(
                  type -> {
                    assertThat(ARGUMENTS).as("an argument for " + method).containsKey(type);
                    return ARGUMENTS.get(type);
                  })
              .toArray();
      heard.clear();
      method.invoke(forwarder, arguments);
      assertThat(heard).as(method.toString()).containsExactly(call(method, arguments));
    }
  }

  private static List<Method> methods() {
    List<Method> methods =
        Stream.of(PlanProgress.class.getMethods())
            .filter(method -> !Modifier.isStatic(method.getModifiers()))
            .toList();
    assertThat(methods).extracting(Method::getName).contains("waits", "stage", "advance");
    return methods;
  }

  private static List<Object> call(Method method, Object[] arguments) {
    List<Object> call = new ArrayList<>();
    call.add(method.getName());
    call.addAll(List.of(arguments));
    return call;
  }
}
