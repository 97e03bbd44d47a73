package io.errata.connectors.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class ToldFailureTest {
  @Test
  void failure_isToldWithItsCausesAndWithoutTheirClasses() throws Exception {
    IOException failure = new IOException("no answer", new Unsendable("slow down"));

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(ToldFailure.of(failure));
    }
    Throwable told;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      told = (Throwable) in.readObject();
    }

    assertThat(told).hasToString("java.io.IOException: no answer");
    assertThat(told.getStackTrace()).isEqualTo(failure.getStackTrace());
    assertThat(told.getCause()).isInstanceOf(ToldFailure.class);
    assertThat(told.getCause()).hasToString(Unsendable.class.getName() + ": slow down");
    assertThat(told.getCause()).hasNoCause();
  }

  @Test
  void causesInACircle_comeToAnEnd() {
    IOException first = new IOException("first");
    first.initCause(new IOException("second", first));
    int deep = 0;
    for (Throwable told = ToldFailure.of(first); told != null; told = told.getCause()) {
      deep++;
    }
    assertThat(deep).isBetween(2, 100);
  }

  /** What it holds can't be written. */
  private static final class Unsendable extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial")
    private final Object held = new Object();

    private Unsendable(String message) {
      super(message);
    }
  }
}
