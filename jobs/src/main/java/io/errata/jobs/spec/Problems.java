package io.errata.jobs.spec;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong with one spec: all of it, so that it is corrected in one go. */
final class Problems {
  /** More would not be read; the first ones are often the cause of the rest. */
  private static final int SHOWN = 20;

  private final List<Problem> found = new ArrayList<>();

  private record Problem(Location location, String path, String text) {}

  /**
   * @param path of the field, or empty where it is the whole document
   */
  void add(Location location, String path, String text) {
    found.add(new Problem(location, path, text));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  int count() {
    return found.size();
  }

  /**
   * @param name of the spec, such as {@code spec incident.yaml}
   */
  ErrataException toException(String name) {
    // Overrides have no line and come last; stable, so that those of one place stay in order.
    found.sort(
        Comparator.comparingInt(
                (Problem p) -> p.location().line() == 0 ? Integer.MAX_VALUE : p.location().line())
            .thenComparingInt(p -> p.location().column()));
    StringBuilder message = new StringBuilder("Cannot use ").append(name).append(": ");
    message.append(found.size() == 1 ? "1 problem" : found.size() + " problems");
    found.stream()
        .limit(SHOWN)
        .forEach(
            problem -> {
              message.append("\n  ").append(problem.location()).append(": ");
              if (!problem.path().isEmpty()) {
                message.append(problem.path()).append(": ");
              }
              message.append(problem.text());
            });
    if (found.size() > SHOWN) {
      message.append("\n  and ").append(found.size() - SHOWN).append(" more");
    }
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        message.toString(),
        "Correct the spec and try again; docs/spec.md lists every setting.");
  }
}
