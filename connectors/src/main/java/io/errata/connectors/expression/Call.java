package io.errata.connectors.expression;

import java.util.List;
import java.util.Optional;

/**
 * A function and what it is given, such as {@code sum(amount * 2) filter (where type = 'refund')}.
 * Which functions there are is up to who asked for it.
 *
 * @param text all of it, as it was written
 * @param function the function's name in lower case
 * @param arguments none for {@code f()} and {@code f(*)}
 * @param template the only argument where that is in quotes, single or double
 * @param filter the condition that says which events it is applied to, where there is one
 */
public record Call(
    String text,
    String function,
    List<ScalarExpression> arguments,
    Optional<String> template,
    Optional<ScalarExpression> filter) {
  public Call {
    arguments = List.copyOf(arguments);
  }

  /**
   * Reads a call.
   *
   * @return empty where the text is another expression, such as a field or {@code day(ts, UTC)}
   * @throws io.errata.api.ErrataException INVALID_SPEC where it is no expression, or has a part
   *     that isn't allowed
   */
  public static Optional<Call> parse(String text) {
    return SqlParser.parseCall(text);
  }
}
