package io.errata.jobs.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version of the jar that runs. */
final class ErrataVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = ErrataVersion.class.getPackage().getImplementationVersion();
    return new String[] {
      "errata "
          + Objects.requireNonNullElse(version, "development")
          + " (Java "
          + Runtime.version().feature()
          + ")"
    };
  }
}
