package io.errata.state.digest;

import io.errata.api.Bytes;
import io.errata.fuzz.Budget;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Any two rows: they have one form if, and only if, they are equal value by value. The input is a
 * row, a byte 255, and another row.
 */
public final class CanonicalFormFuzz {
  private CanonicalFormFuzz() {}

  public static void read(byte[] data) throws Exception {
    Budget.spend(
        () -> {
          ByteBuffer in = ByteBuffer.wrap(data);
          run(row(in), row(in));
        });
  }

  private static void run(List<@Nullable Object> left, List<@Nullable Object> right) {
    boolean same = left.size() == right.size();
    for (int i = 0; same && i < left.size(); i++) {
      same = same(left.get(i), right.get(i));
    }
    if (form(left).equals(form(right)) != same) {
      throw new AssertionError("Forms and values disagree: " + left + " and " + right);
    }
  }

  private static String form(List<@Nullable Object> row) {
    StringBuilder form = new StringBuilder();
    row.forEach(value -> CanonicalForm.append(form, "a", value));
    return form.toString();
  }

  /** As docs/canonical-form.md has it. */
  private static boolean same(@Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      return left == right;
    }
    if (isWhole(left) && isWhole(right)) {
      return ((Number) left).longValue() == ((Number) right).longValue();
    }
    if (left instanceof BigDecimal l && right instanceof BigDecimal r) {
      return l.compareTo(r) == 0;
    }
    if (left instanceof Double l && right instanceof Double r) {
      return l.equals(r) || l.doubleValue() == r.doubleValue();
    }
    if (left instanceof Instant l && right instanceof Instant r) {
      return l.getEpochSecond() == r.getEpochSecond() && l.getNano() / 1000 == r.getNano() / 1000;
    }
    return left.equals(right);
  }

  private static boolean isWhole(Object value) {
    return value instanceof Integer || value instanceof Long;
  }

  private static List<@Nullable Object> row(ByteBuffer in) {
    List<@Nullable Object> row = new ArrayList<>();
    while (in.hasRemaining() && in.get(in.position()) != (byte) 0xFF) {
      row.add(value(in.get() & 0xF, in));
    }
    if (in.hasRemaining()) {
      in.get();
    }
    return row;
  }

  private static @Nullable Object value(int kind, ByteBuffer in) {
    return switch (kind) {
      case 0 -> true;
      case 1 -> false;
      case 2 -> (int) number(in, 4);
      case 3 -> number(in, 8);
      case 4 -> new BigDecimal(new BigInteger(1, bytes(in)), (int) number(in, 1));
      case 5 -> new BigDecimal(BigInteger.valueOf(number(in, 4)), (int) number(in, 1));
      case 6 -> Double.longBitsToDouble(number(in, 8));
      case 7, 8, 9 -> new String(bytes(in), StandardCharsets.UTF_8);
      case 10 -> Bytes.of(bytes(in));
      case 11 -> LocalDate.ofEpochDay(number(in, 4));
      case 12 -> Instant.ofEpochSecond(number(in, 4), (int) number(in, 4) & 0xFFFFFF);
      case 13 -> new UUID(number(in, 8), number(in, 8));
      default -> null;
    };
  }

  private static long number(ByteBuffer in, int bytes) {
    long number = 0;
    for (int i = 0; i < bytes && in.hasRemaining(); i++) {
      number = number << 8 | (i == 0 ? in.get() : in.get() & 0xFF);
    }
    return number;
  }

  private static byte[] bytes(ByteBuffer in) {
    int length = in.hasRemaining() ? Math.min(in.get() & 0x3F, in.remaining()) : 0;
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
