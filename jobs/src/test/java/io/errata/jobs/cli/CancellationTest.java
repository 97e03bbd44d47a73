package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CancellationTest {
  private final Cancellation cancellation = new Cancellation();
  private final List<String> given = new ArrayList<>();

  @Test
  void cancel_givesUpTheNewestFirst_andNothingThatWasClosed() {
    cancellation.onCancel(() -> given.add("first"));
    try (Cancellation.Registration done = cancellation.onCancel(() -> given.add("done"))) {
      assertThat(done).isNotNull();
    }
    cancellation.onCancel(() -> given.add("last"));
    assertThat(cancellation.cancel()).isTrue();
    assertThat(given).containsExactly("last", "first");
    assertThat(cancellation.cancel()).isFalse();
  }

  @Test
  void cancel_goesOnWhereOneFails() {
    cancellation.onCancel(() -> given.add("first"));
    cancellation.onCancel(
        () -> {
          throw new IllegalStateException("broken");
        });
    cancellation.cancel();
    assertThat(given).containsExactly("first");
  }

  @Test
  void onCancel_afterwards_isRefused() {
    assertThat(cancellation.cancel()).isFalse();
    assertThatThrownBy(() -> cancellation.onCancel(() -> {})).isInstanceOf(ErrataException.class);
    assertThat(cancellation.cancelled()).isTrue();
  }
}
