package io.errata.connectors.archive;

import io.errata.connectors.event.RawEvent;
import io.errata.connectors.format.JsonObjectParser;
import io.errata.connectors.format.JsonSchemaCheck;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the lines of JSON Lines; a row's offset is the byte at which its line begins in the
 * text.
 */
final class JsonLinesDecoder implements RowDecoder {
  private final LineReader lines;
  private final JsonObjectParser parser;
  private final int time;
  private final @Nullable JsonSchemaCheck check;
  private @Nullable String rejection;

  // Without the byte order mark.
  private int start;
  private int length;

  /**
   * @param check what each line has to hold to, or null
   */
  JsonLinesDecoder(LineReader lines, FieldPlan plan, @Nullable JsonSchemaCheck check) {
    this.lines = lines;
    this.check = check;
    this.parser = new JsonObjectParser(plan);
    this.time = plan.time();
  }

  @Override
  public boolean next() throws IOException {
    while (lines.next()) {
      if (lines.isTooLong()) {
        rejection = rejected("it is longer than " + LineReader.MAX_LINE + " bytes");
        return true;
      }
      byte[] line = lines.line();
      int from = lines.start() == 0 && startsWithByteOrderMark(line, lines.length()) ? 3 : 0;
      if (!isBlank(line, from, lines.length())) {
        start = from;
        length = lines.length() - from;
        @Nullable String problem = parser.parse(line, start, length);
        if (problem == null && check != null) {
          problem = check.problem(line, start, length);
        }
        rejection = problem == null ? null : rejected(problem);
        return true;
      }
    }
    return false;
  }

  private String rejected(String reason) {
    return "Cannot decode the line at byte " + lines.start() + ": " + reason;
  }

  private static boolean startsWithByteOrderMark(byte[] line, int length) {
    return length >= 3
        && line[0] == (byte) 0xEF
        && line[1] == (byte) 0xBB
        && line[2] == (byte) 0xBF;
  }

  private static boolean isBlank(byte[] line, int from, int length) {
    for (int i = from; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t') {
        return false;
      }
    }
    return true;
  }

  @Override
  public long offset() {
    return lines.start();
  }

  @Override
  public @Nullable String rejection() {
    return rejection;
  }

  @Override
  public @Nullable Object time() {
    return parser.values()[time];
  }

  @Override
  public void values(@Nullable Object[] target) {
    System.arraycopy(parser.values(), 0, target, 0, target.length);
  }

  @Override
  public RawEvent raw() {
    if (lines.isTooLong()) {
      return RawEvent.head(lines.line(), 0, lines.length()).withSize(lines.size());
    }
    return rejection == null
        ? RawEvent.head(lines.line(), start, length)
        : RawEvent.whole(lines.line(), start, length);
  }

  @Override
  public int size() {
    return lines.length();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
