package io.errata.jobs.graph;

import static io.errata.jobs.graph.Fixtures.TABLE;
import static io.errata.jobs.graph.Fixtures.base;
import static io.errata.jobs.graph.Fixtures.event;
import static io.errata.jobs.graph.Fixtures.live;
import static io.errata.jobs.graph.Fixtures.touch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.jobs.worker.ReplayWorker;
import io.errata.state.plan.Correction;
import io.errata.state.plan.QuarantineEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyReplayTest {
  private static final String NOON = "2024-06-10T12:00:00Z";

  private final List<Outcome> outcomes = new ArrayList<>();

  private Tally replay(boolean owns, KeyedRecord... records) {
    KeyReplay replay =
        new KeyReplay(
            ReplayWorker.of(new Fixtures.WordsWorker()),
            TABLE,
            owns,
            outcomes::add,
            WorkerWatch.unlooked("words@1", Duration.ofSeconds(1), m -> {}));
    for (KeyedRecord record : records) {
      replay.take(record, ReplayOrder.timestamp(record));
    }
    return replay.finish();
  }

  private static Row words(String user, String words) {
    return Row.of(TABLE.values(), user, words);
  }

  @Test
  void key_withoutALiveRow_isInserted() {
    replay(false, touch(event("a", NOON, 1, "ann", "hello")));

    assertThat(outcomes)
        .containsExactly(new Outcome.Found(new Correction.Insert(words("ann", "hello"))));
  }

  @Test
  void key_whoseRowDiffers_isUpdated() {
    KeyedRecord.Live wrong = live("ann", "hullo");

    replay(false, wrong, touch(event("a", NOON, 1, "ann", "hello")));

    assertThat(outcomes)
        .containsExactly(
            new Outcome.Found(new Correction.Update(words("ann", "hello"), wrong.row())));
  }

  @Test
  void key_whoseRowAgrees_isLeft() {
    Tally tally = replay(true, live("ann", "hello"), touch(event("a", NOON, 1, "ann", "hello")));

    assertThat(outcomes).isEmpty();
    assertThat(tally).isEqualTo(Tally.ofRows(1, 1, 1, 0));
  }

  @Test
  void key_withoutEvents_isDeletedOnlyWhereTheWindowOwnsIt() {
    KeyedRecord.Live extra = live("ann", "hello");

    replay(false, extra);
    assertThat(outcomes).isEmpty();

    replay(true, extra);
    assertThat(outcomes).containsExactly(new Outcome.Found(new Correction.Delete(extra.row())));
  }

  @Test
  void key_whoseWorkerMakesNoRow_isDeleted() {
    KeyedRecord.Live extra = live("ann", "hello");

    replay(false, extra, touch(event("a", NOON, 1, "ann", "nothing")));

    assertThat(outcomes).containsExactly(new Outcome.Found(new Correction.Delete(extra.row())));
  }

  @Test
  void eventsOfOneTime_areAppliedBySequenceAndThenId() {
    replay(
        false,
        touch(event("a", "2024-06-10T12:00:00.000001Z", 2, "ann", "3")),
        touch(event("c", "2024-06-10T12:00:00.000001Z", 1, "ann", "2")),
        touch(event("b", "2024-06-10T12:00:00.000001Z", 1, "ann", "1")),
        touch(event("d", "2024-06-10T12:00:00.000002Z", 0, "ann", "4")));

    assertThat(outcomes)
        .containsExactly(new Outcome.Found(new Correction.Insert(words("ann", "1 2 3 4"))));
  }

  @Test
  void eventsOfOneMicrosecond_areAppliedByNanosecond() {
    replay(
        false,
        touch(event("a", "2024-06-10T12:00:00.000000900Z", 1, "ann", "2")),
        touch(event("b", "2024-06-10T12:00:00.000000100Z", 2, "ann", "1")));

    assertThat(outcomes)
        .containsExactly(new Outcome.Found(new Correction.Insert(words("ann", "1 2"))));
  }

  @Test
  void eventThatTheWorkerRejects_barsItsKeyAndSaysWhy() {
    Tally tally =
        replay(
            false,
            live("ann", "hullo"),
            touch(event("a", NOON, 1, "ann", "bad")),
            touch(event("b", NOON, 2, "ann", "hello")));

    assertThat(outcomes).hasSize(1);
    QuarantineEntry entry = ((Outcome.Quarantined) outcomes.get(0)).entry();
    assertThat(entry.key()).isEqualTo("user_id=ann");
    assertThat(entry.eventId()).isEqualTo("a");
    assertThat(entry.reason()).isEqualTo("a bad word");
    assertThat(tally).isEqualTo(Tally.ofRows(0, 1, 0, 1));
  }

  @Test
  void eventOfWhichTheWorkerDies_barsItsKeyWithoutTellingThePayload() {
    replay(false, touch(event("a", NOON, 1, "ann", "worse")));

    assertThat(((Outcome.Quarantined) outcomes.get(0)).entry().reason())
        .startsWith("the worker threw java.lang.IllegalStateException at ")
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({
    "deep,the worker threw java.lang.StackOverflowError",
    "asserting,the worker threw java.lang.AssertionError at io.errata.jobs.graph.Fixtures$WordsWorker.apply",
    "checked,the worker threw java.io.IOException at io.errata.jobs.graph.Fixtures$WordsWorker.apply"
  })
  void eventOfWhichTheWorkerDiesOfAnError_barsItsKey(String word, String reason) {
    Tally tally =
        replay(
            false,
            live("ann", "hullo"),
            touch(event("a", NOON, 1, "ann", "hello")),
            touch(event("b", NOON, 2, "ann", word)));

    assertThat(tally).isEqualTo(Tally.ofRows(0, 1, 0, 1));
    assertThat(outcomes)
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Quarantined.class,
            quarantined -> {
              assertThat(quarantined.entry().eventId()).isEqualTo("b");
              assertThat(quarantined.entry().reason()).startsWith(reason);
            });
  }

  /** Leaving out the key would leave out another one next time. */
  @ParameterizedTest
  @CsvSource({
    "huge,INTERNAL,Cannot go on: the memory is used up",
    "unlinked,INVALID_WORKER,Cannot run the worker: java.lang.NoClassDefFoundError: no/Such (it has event b (file@0))",
    "unlinkedForMemory,INTERNAL,Cannot go on: the memory is used up"
  })
  void errorThatSaysNothingOfTheEvent_endsThePlan(String word, ErrorCode code, String message) {
    assertThatThrownBy(() -> replay(false, touch(event("b", NOON, 2, "ann", word))))
        .isInstanceOfSatisfying(ErrataException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageStartingWith(message)
        .hasMessageContaining("event b (file@0)");
    assertThat(outcomes).isEmpty();
  }

  @Test
  void rowOfOtherColumns_barsItsKey() {
    assertThat(replay(false, touch(event("a", NOON, 1, "ann", "foreign"))))
        .isEqualTo(Tally.ofRows(0, 0, 0, 1));
    assertThat(outcomes)
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Quarantined.class,
            quarantined ->
                assertThat(quarantined.entry().reason())
                    .isEqualTo("the worker gave a row that isn't of the columns that it computes"));
  }

  @Test
  void failureBehindAnEffect_isNoFaultOfTheWorker() {
    IllegalStateException full = new IllegalStateException("the disk is full");
    for (String word : List.of("loud", "loudAndDeaf")) {
      KeyReplay replay =
          new KeyReplay(
              ReplayWorker.of(new Fixtures.WordsWorker()),
              TABLE,
              false,
              outcome -> {
                if (outcome instanceof Outcome.Suppressed) {
                  throw full;
                }
              },
              WorkerWatch.unlooked("words@1", Duration.ofSeconds(1), m -> {}));
      KeyedRecord touch = touch(event("a", NOON, 1, "ann", word));
      replay.take(touch, ReplayOrder.timestamp(touch));
      assertThatThrownBy(replay::finish).isSameAs(full);
    }
  }

  @Test
  void resultThatTheTableCannotStore_barsItsKey() {
    replay(false, touch(event("a", NOON, 1, "ann", "nul \0")));

    assertThat(((Outcome.Quarantined) outcomes.get(0)).entry().reason()).contains("words");
  }

  @Test
  void barredKey_isNotCorrected() {
    QuarantineEntry entry = new QuarantineEntry("user_id=ann", "t3:ann", "x", "file", 7, "torn");

    Tally tally =
        replay(
            true,
            live("ann", "hullo"),
            new KeyedRecord.Barred("t3:ann", entry),
            touch(event("a", NOON, 1, "ann", "hello")));

    assertThat(outcomes).containsExactly(new Outcome.Quarantined(entry));
    assertThat(tally.quarantined()).isEqualTo(1);
  }

  @Test
  void runningRow_goesOnFromItsBase() {
    replay(false, base("ann", "once"), touch(event("a", NOON, 1, "ann", "more")));

    assertThat(outcomes)
        .containsExactly(new Outcome.Found(new Correction.Insert(words("ann", "once more"))));
  }

  @Test
  void runningRowWithoutEvents_isItsBaseWhereTheWindowOwnsIt() {
    KeyedRecord.Live drifted = live("ann", "twice");

    replay(true, base("ann", "once"), drifted);

    assertThat(outcomes)
        .containsExactly(
            new Outcome.Found(new Correction.Update(words("ann", "once"), drifted.row())));
  }

  @Test
  void effects_areRecordedAndNotPerformed() {
    replay(false, live("ann", "loud"), touch(event("a", NOON, 1, "ann", "loud")));

    assertThat(outcomes).hasSize(1);
    assertThat(((Outcome.Suppressed) outcomes.get(0)).effect().kind()).isEqualTo("shout");
    assertThat(((Outcome.Suppressed) outcomes.get(0)).effect().worker()).isEqualTo("words@1");
  }

  @Test
  void twoLiveRowsOfOneKey_areRefused() {
    assertThatThrownBy(() -> replay(true, live("ann", "a"), live("ann", "b")))
        .isInstanceOf(ErrataException.class)
        .hasMessage("Cannot compare public.words: two live rows have one key");
  }

  @Test
  void keysThatFollowEachOther_shareNothing() {
    KeyReplay replay =
        new KeyReplay(
            ReplayWorker.of(new Fixtures.WordsWorker()),
            TABLE,
            false,
            outcomes::add,
            WorkerWatch.unlooked("words@1", Duration.ofSeconds(1), m -> {}));
    replay.take(touch(event("a", NOON, 1, "ann", "bad")), 1);
    replay.finish();
    replay.take(touch(event("b", NOON, 1, "bob", "fine")), 1);
    replay.finish();

    assertThat(outcomes)
        .hasSize(2)
        .contains(new Outcome.Found(new Correction.Insert(words("bob", "fine"))));
  }
}
