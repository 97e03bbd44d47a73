package io.errata.state.plan;

import java.util.Optional;

/** Reads corrections one after another. */
public interface CorrectionReader extends AutoCloseable {
  /** The next correction, or empty at the end. */
  Optional<Correction> next();

  @Override
  void close();
}
