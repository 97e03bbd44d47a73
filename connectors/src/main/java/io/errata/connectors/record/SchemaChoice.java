package io.errata.connectors.record;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Which schema records are read by, as a spec says it; what it stands for may change. */
public sealed interface SchemaChoice extends Serializable {
  /** The latest version of the subject that is called after the topic. */
  SchemaChoice LATEST = new OfSubject(null, null);

  /**
   * A file on any of Flink's file systems.
   *
   * @param path a URI or a local path
   */
  record OfFile(String path) implements SchemaChoice {
    private static final long serialVersionUID = 1;
  }

  /**
   * A version in the registry.
   *
   * @param subject null for the one called after the topic: {@code TOPIC-value} or {@code
   *     TOPIC-key}
   * @param version from 1; null for the latest when the plan is made
   */
  record OfSubject(@Nullable String subject, @Nullable Integer version) implements SchemaChoice {
    private static final long serialVersionUID = 1;

    public OfSubject {
      if (version != null && version < 1) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot read by a schema's version: " + version + " (from 1)",
            "Give a version that the subject has, or leave it out for the latest.");
      }
    }
  }
}
