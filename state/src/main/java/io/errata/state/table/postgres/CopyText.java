package io.errata.state.table.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The text format of COPY (PostgreSQL manual, COPY, "Text Format"), in UTF-8. */
final class CopyText {
  private static final byte[] NULL = {'\\', 'N'};

  private CopyText() {}

  /**
   * Reads one line.
   *
   * @param line without the line feed at its end
   */
  static List<@Nullable String> decode(byte[] line, int from, int to) {
    List<@Nullable String> fields = new ArrayList<>();
    int start = from;
    for (int at = from; at <= to; at++) {
      if (at == to || line[at] == '\t') {
        fields.add(field(line, start, at));
        start = at + 1;
      }
    }
    return fields;
  }

  private static @Nullable String field(byte[] line, int from, int to) {
    int escape = from;
    while (escape < to && line[escape] != '\\') {
      escape++;
    }
    if (escape == to) {
      return new String(line, from, to - from, StandardCharsets.UTF_8);
    }
    if (to - from == 2 && line[from + 1] == 'N') {
      return null;
    }
    byte[] plain = new byte[to - from];
    int length = 0;
    for (int at = from; at < to; at++) {
      byte b = line[at];
      if (b == '\\') {
        b = unescape(line[++at]);
      }
      plain[length++] = b;
    }
    return new String(plain, 0, length, StandardCharsets.UTF_8);
  }

  /** The server writes no octal or hexadecimal escapes. */
  private static byte unescape(byte letter) {
    return switch (letter) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0b;
      default -> letter;
    };
  }

  /** Writes one line, with the line feed. */
  static void encode(List<@Nullable String> fields, ByteArrayOutputStream target) {
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) {
        target.write('\t');
      }
      String field = fields.get(i);
      if (field == null) {
        target.writeBytes(NULL);
        continue;
      }
      for (byte b : field.getBytes(StandardCharsets.UTF_8)) {
        switch (b) {
          case '\\' -> escape(target, '\\');
          case '\t' -> escape(target, 't');
          case '\n' -> escape(target, 'n');
          case '\r' -> escape(target, 'r');
          default -> target.write(b);
        }
      }
    }
    target.write('\n');
  }

  private static void escape(ByteArrayOutputStream target, char letter) {
    target.write('\\');
    target.write(letter);
  }
}
