package io.errata.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.text.DecimalFormat;
import java.text.NumberFormat;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, and what no code on the way to a plan may reach for. */
class ArchitectureTest {
  private static final JavaClasses ERRATA =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.errata");

  private static final String[] TO_A_PLAN = {
    "io.errata.api..",
    "io.errata.state.digest..",
    "io.errata.state.plan..",
    "io.errata.connectors..",
    "io.errata.jobs.graph..",
    "io.errata.jobs.worker..",
    "io.errata.jobs.aggregate..",
    "io.errata.jobs.spec..",
    "io.errata.jobs.plan.."
  };

  private static final Set<String> NOW =
      Set.of(
          Instant.class.getName(),
          LocalDate.class.getName(),
          LocalDateTime.class.getName(),
          OffsetDateTime.class.getName(),
          ZonedDateTime.class.getName());

  @Test
  void api_seesNothingElse() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.errata.api..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("io.errata.api..", "java..", "org.jspecify.."));
  }

  @Test
  void state_seesNeitherFlinkNorWhatComesAfterIt() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.errata.state..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "org.apache.flink..", "io.errata.connectors..", "io.errata.jobs.."));
  }

  @Test
  void connectors_seeNeitherTheLiveTableNorTheJob() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.errata.connectors..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.errata.state..", "io.errata.jobs.."));
  }

  @Test
  void theJob_seesNoCommandLine() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "io.errata.jobs.graph..", "io.errata.jobs.worker..", "io.errata.jobs.aggregate..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.errata.jobs.cli..",
                "io.errata.jobs.demo..",
                "io.errata.jobs.report..",
                "picocli.."));
  }

  @Test
  void codeOnTheWayToAPlan_readsNoClock() {
    checkAccess(
        "read the clock",
        access ->
            (NOW.contains(owner(access))
                    && access.getName().equals("now")
                    && access.getTarget().getFullName().endsWith("now()"))
                || (owner(access).equals("java.lang.System")
                    && Set.of("currentTimeMillis", "nanoTime").contains(access.getName())
                    // It only delays.
                    && !access.getOriginOwner().getSimpleName().equals("ReadPace"))
                || (owner(access).equals(Date.class.getName())
                    && access.getTarget().getFullName().endsWith("<init>()"))
                || (owner(access).equals(Clock.class.getName())
                    && access.getName().startsWith("system")
                    && !access.getOriginOwner().getSimpleName().equals("Planner")));
  }

  @Test
  void codeOnTheWayToAPlan_takesNoChance() {
    checkAccess(
        "take a chance",
        access ->
            owner(access).equals(Random.class.getName())
                || owner(access).equals(ThreadLocalRandom.class.getName())
                || (owner(access).equals(Math.class.getName()) && access.getName().equals("random"))
                || (owner(access).equals(UUID.class.getName())
                    && access.getName().equals("randomUUID")));
  }

  @Test
  void codeOnTheWayToAPlan_dependsOnNoDefaultOfTheMachine() {
    checkAccess(
        "depend on a default of the machine",
        access -> {
          String target = access.getTarget().getFullName();
          return (owner(access).equals(Locale.class.getName())
                  && access.getName().equals("getDefault"))
              || (owner(access).equals(TimeZone.class.getName())
                  && access.getName().equals("getDefault"))
              || (owner(access).equals(ZoneId.class.getName())
                  && access.getName().equals("systemDefault"))
              || Set.of(
                      "java.lang.String.toLowerCase()",
                      "java.lang.String.toUpperCase()",
                      "java.lang.String.getBytes()",
                      "java.lang.String.<init>([B)",
                      "java.lang.String.format(java.lang.String, [Ljava.lang.Object;)",
                      "java.lang.String.formatted([Ljava.lang.Object;)")
                  .contains(
                      target
                          .replace("byte[]", "[B")
                          .replace("java.lang.Object[]", "[Ljava.lang.Object;"))
              || owner(access).equals(DecimalFormat.class.getName())
              || owner(access).equals(NumberFormat.class.getName());
        });
  }

  @Test
  void digestDiffAndReplay_iterateOverNoHashOrder() {
    ArchRule rule =
        noClasses()
            .that()
            .resideInAnyPackage(
                "io.errata.state.digest..",
                "io.errata.state.plan..",
                "io.errata.jobs.graph..",
                "io.errata.jobs.worker..")
            .should()
            .callConstructor(HashMap.class)
            .orShould()
            .callConstructor(HashSet.class);
    check(rule);
  }

  private static String owner(JavaAccess<?> access) {
    return access.getTargetOwner().getFullName();
  }

  private static void checkAccess(String what, Predicate<JavaAccess<?>> banned) {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(TO_A_PLAN)
            .should()
            .accessTargetWhere(DescribedPredicate.describe(what, banned::test)));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(false).check(ERRATA);
  }

  /** Sees that the rules can fail at all: this class breaks them. */
  @Test
  void rules_findWhatTheyLookFor() {
    JavaClasses self = new ClassFileImporter().importClasses(Offender.class);
    assertThatThrownBy(
            () ->
                noClasses()
                    .should()
                    .accessTargetWhere(
                        DescribedPredicate.describe(
                            "read the clock",
                            (JavaAccess<?> access) ->
                                owner(access).equals(Instant.class.getName())
                                    && access.getName().equals("now")))
                    .check(self))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("read the clock");
  }

  private static final class Offender {
    static Instant now() {
      return Instant.now();
    }
  }
}
