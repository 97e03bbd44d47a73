package io.errata.state.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.PlanManifest.TableSection;
import io.errata.state.plan.PlanManifest.WorkerSection;
import io.errata.state.table.TableDescription;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlanIdTest {
  private static final Instant FROM = Instant.parse("2024-06-10T00:00:00Z");
  private static final Instant TO = Instant.parse("2024-06-11T00:00:00Z");
  private static final TableDescription TOTALS = Tables.totals();
  private static final WorkerSection WORKER = new WorkerSection("totals@2", "", "code");
  private static final CorrectionCounts ONE = new CorrectionCounts(1, 0, 0);
  private static final SetDigest SET = SetDigest.EMPTY.add(Digest.ofText("a"));

  /** The format is for ever: ids are kept in ledgers. */
  @Test
  void id_ofKnownPlan_isAsItAlwaysWas() {
    assertThat(PlanId.of(table(TOTALS, Map.of("updated_at", "now()")), FROM, TO, WORKER, ONE, SET))
        .isEqualTo("db2c1c3a28d08ae5e508cc70d7f906fc");
  }

  @Property(tries = 100)
  void id_dependsNeitherOnOrderNorOnParts(
      @ForAll("corrections") List<Correction> corrections,
      @ForAll @IntRange(min = 1, max = 7) int parts,
      @ForAll long seed) {
    List<Correction> shuffled = new ArrayList<>(corrections);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(id(shuffled, parts)).isEqualTo(id(corrections, 1)).matches("[0-9a-f]{32}");
  }

  @Property(tries = 100)
  void id_ofOtherCorrections_isAnother(
      @ForAll("corrections") List<Correction> one, @ForAll("corrections") List<Correction> other) {
    Set<Digest> left = new HashSet<>();
    Set<Digest> right = new HashSet<>();
    one.forEach(c -> left.add(c.digest()));
    other.forEach(c -> right.add(c.digest()));
    boolean same = left.equals(right) && one.size() == other.size();
    assertThat(id(one, 1).equals(id(other, 1))).isEqualTo(same);
    List<Correction> twice = new ArrayList<>(one);
    twice.addAll(one);
    assertThat(id(twice, 1).equals(id(one, 1))).isEqualTo(one.isEmpty());
  }

  @Test
  void id_dependsOnAllThatThePlanWouldDo() {
    TableDescription t = TOTALS;
    TableDescription named =
        new TableDescription("public.others", t.columns(), t.key(), t.compare());
    TableDescription keyed =
        new TableDescription(t.name(), t.columns(), List.of("user_id", "total"), List.of());
    TableDescription swapped =
        new TableDescription(t.name(), t.columns(), List.of("total"), List.of("user_id"));
    Set<String> ids = new HashSet<>();
    ids.add(PlanId.of(table(t, Map.of()), FROM, TO, WORKER, ONE, SET));
    ids.add(PlanId.of(table(named, Map.of()), FROM, TO, WORKER, ONE, SET));
    ids.add(PlanId.of(table(keyed, Map.of()), FROM, TO, WORKER, ONE, SET));
    ids.add(PlanId.of(table(swapped, Map.of()), FROM, TO, WORKER, ONE, SET));
    ids.add(PlanId.of(table(t, Map.of("note", "now()")), FROM, TO, WORKER, ONE, SET));
    ids.add(PlanId.of(table(t, Map.of("note", "1")), FROM, TO, WORKER, ONE, SET));
    ids.add(PlanId.of(table(t, Map.of()), FROM.minusNanos(1), TO, WORKER, ONE, SET));
    ids.add(PlanId.of(table(t, Map.of()), FROM, TO.plusNanos(1), WORKER, ONE, SET));
    ids.add(
        PlanId.of(
            table(t, Map.of()), FROM, TO, new WorkerSection("totals@3", "", "code"), ONE, SET));
    ids.add(
        PlanId.of(
            table(t, Map.of()), FROM, TO, new WorkerSection("totals@2", "{}", "code"), ONE, SET));
    ids.add(PlanId.of(table(t, Map.of()), FROM, TO, WORKER, new CorrectionCounts(0, 1, 0), SET));
    ids.add(
        PlanId.of(
            table(t, Map.of()), FROM, TO, WORKER, ONE, SetDigest.EMPTY.add(Digest.ofText("b"))));
    assertThat(ids).hasSize(12);
  }

  @Test
  void id_dependsOnNothingElse() {
    TableSection elsewhere =
        new TableSection("jdbc:postgresql://other/app", TOTALS, Optional.of("total > 0"), Map.of());
    WorkerSection recompiled = new WorkerSection("totals@2", "", "other code");
    assertThat(PlanId.of(elsewhere, FROM, TO, recompiled, ONE, SET))
        .isEqualTo(PlanId.of(table(TOTALS, Map.of()), FROM, TO, WORKER, ONE, SET));
  }

  @Test
  void id_ofCountsThatDontFit_isRefused() {
    assertThatThrownBy(
            () -> PlanId.of(table(TOTALS, Map.of()), FROM, TO, WORKER, CorrectionCounts.NONE, SET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the set of corrections has 1");
  }

  private static String id(List<Correction> corrections, int parts) {
    CorrectionCounts counts = CorrectionCounts.NONE;
    SetDigest set = SetDigest.EMPTY;
    for (int part = 0; part < parts; part++) {
      SetDigest digest = SetDigest.EMPTY;
      for (int i = part; i < corrections.size(); i += parts) {
        counts = counts.plus(CorrectionCounts.of(corrections.get(i)));
        digest = digest.add(corrections.get(i).digest());
      }
      set = digest.combine(set);
    }
    return PlanId.of(table(TOTALS, Map.of()), FROM, TO, WORKER, counts, set);
  }

  private static TableSection table(TableDescription description, Map<String, String> set) {
    return new TableSection("jdbc:postgresql://localhost/app", description, Optional.empty(), set);
  }

  @Provide
  Arbitrary<List<Correction>> corrections() {
    Arbitrary<String> users = Arbitraries.of("ann", "bob", "1-23", "12-3", "", "😀");
    Arbitrary<Long> totals = Arbitraries.longs().between(-2, 2);
    return Arbitraries.oneOf(
            Combinators.combine(users, totals).as(Plans::insert),
            Combinators.combine(users, totals, totals).as(Plans::update),
            Combinators.combine(users, totals).as(Plans::delete))
        .list()
        .uniqueElements(Correction::digest)
        .ofMaxSize(8);
  }
}
