package io.errata.jobs.aggregate;

import io.errata.connectors.expression.Call;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a declared worker can compute; the names are those that a spec uses. */
enum AggregateFunction {
  SUM,
  COUNT,
  MIN,
  MAX,
  FIRST,
  LAST,
  COUNT_DISTINCT,
  AVG,
  MD5,
  SHA256;

  String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<AggregateFunction> find(String name) {
    return Arrays.stream(values()).filter(function -> function.spelling().equals(name)).findFirst();
  }

  static boolean isTemplate(Call call) {
    return find(call.function()).filter(AggregateFunction::ofTemplate).isPresent();
  }

  static String spellings() {
    return Arrays.stream(values())
        .map(AggregateFunction::spelling)
        .collect(Collectors.joining(", "));
  }

  /** Whether it is made from other columns, not from events. */
  boolean ofTemplate() {
    return this == MD5 || this == SHA256;
  }

  /** Whether its result depends on the order of events. */
  boolean ordered() {
    return this == FIRST || this == LAST;
  }

  /**
   * Whether it gives one of its values, or their sum, so that a field is read in the type of the
   * column.
   */
  boolean keepsType() {
    return switch (this) {
      case SUM, MIN, MAX, FIRST, LAST -> true;
      case COUNT, COUNT_DISTINCT, AVG, MD5, SHA256 -> false;
    };
  }
}
