package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.plan.Leavable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterruptTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Cancellation cancellation = new Cancellation();
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final ErrorStream errors = new ErrorStream(shown, StandardCharsets.UTF_8);
  private final List<String> done = new ArrayList<>();

  private Interrupt interrupt(InputStream answers, Duration patience) {
    return new Interrupt(cancellation, errors, answers, () -> done.add("stop"), patience);
  }

  private Interrupt interrupt(String typed) {
    return interrupt(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)), LONG);
  }

  private void offer(Leavable.Leaving leaving) {
    cancellation.offer(
        new Leavable() {
          @Override
          public Leaving leaving() {
            return leaving;
          }

          @Override
          public void leave() {
            done.add("leave");
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"l, leave", "Leave it, leave", "c, stop", "' C ', stop"})
  void job_thatCanGoOn_isLeftOrCancelled(String typed, String expected) {
    offer(Leavable.Leaving.POSSIBLE);
    interrupt(typed + "\n").hear();
    assertThat(done).containsExactly(expected);
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .startsWith("Cancel the job, leave it running, or go on? [c/l/g] ");
  }

  @Test
  void answer_thatIsNone_isAskedForAgain() {
    offer(Leavable.Leaving.POSSIBLE);
    interrupt("\nwhat?\nl\n").hear();
    assertThat(done).containsExactly("leave");
    assertThat(shown.toString(StandardCharsets.UTF_8)).contains("[c/l/g] [c/l/g] [c/l/g] ");
  }

  @Test
  void jobInBatch_isNotLeft_andWhyIsSaid() {
    offer(Leavable.Leaving.BOUND);
    interrupt("l\nc\n").hear();
    assertThat(done).containsExactly("stop");
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .startsWith("The job can't be left running: in batch execution")
        .contains("Cancel the job, or go on? [c/g] [c/g] ");
  }

  @Test
  void goingOn_isAskedTheNextTime() {
    offer(Leavable.Leaving.POSSIBLE);
    Interrupt interrupt = interrupt("g\nl\n");
    interrupt.hear();
    assertThat(done).isEmpty();
    errors.showTransient("the progress");
    interrupt.hear();
    assertThat(done).containsExactly("leave");
    assertThat(shown.toString(StandardCharsets.UTF_8)).contains("the progress");
  }

  @Test
  void silence_cancels() {
    offer(Leavable.Leaving.POSSIBLE);
    InputStream silent =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("nothing is there to be read");
          }
        };
    interrupt(silent, Duration.ofMillis(1)).hear();
    assertThat(done).containsExactly("stop");
    assertThat(shown.toString(StandardCharsets.UTF_8)).contains("Nobody has answered");
  }

  /** Also while the question stands, or after the answer. */
  @Test
  void secondTime_cancelsUnasked() {
    offer(Leavable.Leaving.POSSIBLE);
    List<Interrupt> asking = new ArrayList<>();
    InputStream pressedAgain =
        new InputStream() {
          private boolean pressed;

          @Override
          public int available() {
            if (!pressed) {
              pressed = true;
              asking.get(0).hear();
              assertThat(done).containsExactly("stop");
            }
            return 1;
          }

          @Override
          public int read() {
            return -1;
          }
        };
    asking.add(interrupt(pressedAgain, LONG));
    asking.get(0).hear();
    assertThat(done).containsExactly("stop", "stop");
  }

  @Test
  void withoutAJobOnACluster_nobodyIsAsked() {
    interrupt("l\n").hear();
    offer(Leavable.Leaving.NO_JOB);
    interrupt("l\n").hear();
    // As of verify, whose plan is thrown away.
    cancellation.stayTogether();
    offer(Leavable.Leaving.POSSIBLE);
    interrupt("l\n").hear();
    assertThat(done).containsExactly("stop", "stop", "stop");
    assertThat(shown.size()).isZero();
  }

  @Test
  void progress_doesNotHideTheQuestion() {
    errors.showTransient("before");
    errors.ask("Yes or no? ");
    errors.showTransient("progress");
    assertThat(shown.toString(StandardCharsets.UTF_8)).endsWith("Yes or no? ");
    errors.answered();
    errors.showTransient("progress");
    assertThat(shown.toString(StandardCharsets.UTF_8)).endsWith("progress");
  }
}
