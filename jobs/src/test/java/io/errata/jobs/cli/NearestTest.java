package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> VERBS = List.of("plan", "apply", "rollback", "run", "verify");

  @Test
  void typo_findsTheWord() {
    assertThat(Nearest.find("aplpy", VERBS)).contains("apply");
    assertThat(Nearest.find("roll-back", VERBS)).contains("rollback");
    assertThat(Nearest.find("plans", VERBS)).contains("plan");
    assertThat(Nearest.find("rn", VERBS)).contains("run");
  }

  @Test
  void anotherWord_findsNothing() {
    assertThat(Nearest.find("explain", VERBS)).isEmpty();
    assertThat(Nearest.find("x", VERBS)).isEmpty();
    assertThat(Nearest.find("", VERBS)).isEmpty();
  }
}
