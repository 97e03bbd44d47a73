package io.errata.state.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CorrectionTest {
  /** As a program computed them that shares no code with this one. */
  @Test
  void digest_ofKnownCorrections_isAsItAlwaysWas() {
    assertThat(Plans.insert("bob", 2).digest().hex())
        .isEqualTo("34206561408686522e69c0d5d769321323d394fc22ce4e7c227e0f483f877496");
    assertThat(Plans.update("bob", 2, 3).digest().hex())
        .isEqualTo("bd3051cdf0584cc19a506d9ae7409dd4ca7d339c699bc50913c87cd35865f19a");
    assertThat(Plans.delete("bob", 3).digest().hex())
        .isEqualTo("4f048f2e201a11e2eaba5e2514ee592fa300a8ccaa7f90c13f3e036d531e4583");
  }

  @Test
  void digest_dependsOnWhatIsDoneAndOnBothImages() {
    assertThat(Plans.insert("bob", 2).digest())
        .isNotEqualTo(Plans.delete("bob", 2).digest())
        .isNotEqualTo(Plans.update("bob", 2, 2).digest())
        .isNotEqualTo(Plans.insert("bob", 3).digest());
    assertThat(Plans.update("bob", 2, 3).digest())
        .isNotEqualTo(Plans.update("bob", 2, 4).digest())
        .isNotEqualTo(Plans.update("bob", 3, 3).digest());
  }
}
