package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.jobs.plan.Waiting;
import io.errata.state.table.Overload;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShownProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final ErrorStream errors = new ErrorStream(written, StandardCharsets.UTF_8);
  private final Cancellation cancellation = new Cancellation();
  private long now;

  @Test
  void line_tellsStageRowsShareRateAndTimeLeft() {
    assertThat(ShownProgress.line("recompute", 250_000, 1_000_000, 2 * SECOND))
        .isEqualTo("recompute: 250,000 of 1,000,000 (25 %), 125,000/s, 6 s left");
    assertThat(ShownProgress.line("recompute", 1_000_000, 1_000_000, 2 * SECOND))
        .endsWith("(100 %), 500,000/s, 0 s left");
    assertThat(ShownProgress.line("recompute", 1, 7_201, SECOND)).endsWith("2:00 h left");
  }

  @Test
  void line_withoutAnEstimateOrBeyondIt_hasNoShare() {
    assertThat(ShownProgress.line("recompute", 500, 0, SECOND)).isEqualTo("recompute: 500, 500/s");
    assertThat(ShownProgress.line("recompute", 500, 400, SECOND))
        .isEqualTo("recompute: 500, 500/s");
    assertThat(ShownProgress.line("recompute", 0, 0, 0)).isEqualTo("recompute: 0");
  }

  @Test
  void onATerminal_oneLineIsRewritten_andOtherTextTakesItsPlace() {
    ShownProgress progress = progress(new Terminal(false, true, true, true, 40));
    progress.stage("recompute and compare");
    now += SECOND;
    progress.advance(123_456, 1_000_000);
    errors.print().println("WARN something");
    assertThat(text())
        .isEqualTo(
            "\r\u001b[Krecompute and compare …"
                + "\r\u001b[Krecompute and compare: 123,456 of 1,000"
                + "\r\u001b[KWARN something\n");
  }

  @Test
  void elsewhere_aLineComesEveryFewSeconds() {
    ShownProgress progress = progress(Terminal.NONE);
    progress.stage("recompute");
    for (int i = 1; i <= 110; i++) {
      now += SECOND / 10;
      progress.advance(i, 110);
    }
    assertThat(text().lines()).hasSize(3).first().isEqualTo("recompute");
    assertThat(text()).doesNotContain("\r", "\u001b");
  }

  @Test
  void wait_isShownAsLongAsItLasts() {
    ShownProgress progress = progress(Terminal.NONE);
    progress.stage("recompute");
    Waiting waiting =
        new Waiting(
            new Overload("limits.table-load", "3 are active, and 2 allowed"), Instant.EPOCH);
    for (int i = 0; i < 2; i++) {
      progress.waits(Optional.of(waiting));
      now += 6 * SECOND;
      progress.advance(5, 10);
    }
    progress.waits(Optional.empty());
    now += 6 * SECOND;
    progress.advance(5, 10);
    assertThat(text().lines())
        .startsWith(
            "recompute",
            "recompute: waits 6 s for the database: 3 are active, and 2 allowed (limits.table-load)",
            "recompute: waits 12 s for the database: 3 are active, and 2 allowed (limits.table-load)")
        .last()
        .asString()
        .startsWith("recompute: 5 of 10");
  }

  @Test
  void cancelled_stopsTheOneWhoReports() {
    ShownProgress progress = progress(Terminal.NONE);
    cancellation.cancel();
    assertThatThrownBy(() -> progress.stage("recompute"))
        .isInstanceOf(ErrataException.class)
        .hasMessage("Cannot finish: it was stopped before the end");
  }

  private ShownProgress progress(Terminal terminal) {
    return new ShownProgress(errors, terminal, cancellation, false, () -> now);
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
