package io.errata.jobs.aggregate;

import io.errata.connectors.expression.ValueOrder;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Storage;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one column of one key has gathered so far. Mutable. */
abstract sealed class Accumulator implements Serializable {
  private static final long serialVersionUID = 1;

  /** Digits behind the point of an average that goes to a column without a scale of its own. */
  static final int FREE_SCALE = 16;

  /** Takes the value of one event, in event order where the function depends on it. */
  abstract void add(@Nullable Object value);

  /** Takes all that another of the same class has; the other may not be used any more. */
  abstract void combine(Accumulator other);

  /**
   * The result, exact or rounded once for the column; not yet checked against the column's range.
   */
  abstract @Nullable Object result(TableColumn column);

  /** Goes on from a value that the column had. */
  void resume(@Nullable Object value) {
    throw new UnsupportedOperationException("its value doesn't say what it was made from");
  }

  /** All events, or those with a value. */
  static final class Count extends Accumulator {
    private static final long serialVersionUID = 1;
    private final boolean nulls;
    private long count;

    private Count(boolean nulls) {
      this.nulls = nulls;
    }

    static Count ofEvents() {
      return new Count(true);
    }

    static Count ofValues() {
      return new Count(false);
    }

    /** So many more. */
    void addMany(long more) {
      count = Math.addExact(count, more);
    }

    boolean ofNulls() {
      return nulls;
    }

    @Override
    void add(@Nullable Object value) {
      if (nulls || value != null) {
        count++;
      }
    }

    @Override
    void combine(Accumulator other) {
      count = Math.addExact(count, ((Count) other).count);
    }

    @Override
    Object result(TableColumn column) {
      return count;
    }

    @Override
    void resume(@Nullable Object value) {
      count = value == null ? 0 : ((Number) value).longValue();
    }
  }

  /** An exact sum of integers, as wide as it gets; null of no value. */
  static final class IntegerSum extends Accumulator {
    private static final long serialVersionUID = 1;
    private long partial;
    private BigInteger spill = BigInteger.ZERO;
    private long count;

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        count++;
        addLong(((Number) value).longValue());
      }
    }

    /** A sum of so many values. */
    void addMany(long values, long added) {
      count = Math.addExact(count, values);
      addLong(added);
    }

    private void addLong(long added) {
      long sum = partial + added;
      if (((partial ^ sum) & (added ^ sum)) < 0) {
        spill = spill.add(BigInteger.valueOf(partial));
        partial = added;
      } else {
        partial = sum;
      }
    }

    @Override
    void combine(Accumulator other) {
      IntegerSum that = (IntegerSum) other;
      count = Math.addExact(count, that.count);
      spill = spill.add(that.spill);
      addLong(that.partial);
    }

    BigInteger sum() {
      return spill.add(BigInteger.valueOf(partial));
    }

    @Override
    @Nullable Object result(TableColumn column) {
      if (count == 0) {
        return null;
      }
      return spill.signum() == 0 ? (Object) partial : new BigDecimal(sum());
    }

    @Override
    void resume(@Nullable Object value) {
      if (value instanceof Number number) {
        count = 1;
        spill =
            number instanceof BigDecimal decimal
                ? decimal.toBigIntegerExact()
                : BigInteger.valueOf(number.longValue());
      }
    }
  }

  /** An exact sum of decimals; null of no value. */
  static final class DecimalSum extends Accumulator {
    private static final long serialVersionUID = 1;
    private BigDecimal sum = BigDecimal.ZERO;
    private long count;

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        count++;
        sum = sum.add((BigDecimal) value);
      }
    }

    @Override
    void combine(Accumulator other) {
      DecimalSum that = (DecimalSum) other;
      count = Math.addExact(count, that.count);
      sum = sum.add(that.sum);
    }

    @Override
    @Nullable Object result(TableColumn column) {
      return count == 0 ? null : sum;
    }

    @Override
    void resume(@Nullable Object value) {
      if (value instanceof Number number) {
        count = 1;
        sum =
            number instanceof BigDecimal decimal ? decimal : BigDecimal.valueOf(number.longValue());
      }
    }
  }

  /** An exact sum of doubles, rounded at the end; null of no value. */
  static final class DoubleSum extends Accumulator {
    private static final long serialVersionUID = 1;
    private final ExactDoubleSum sum = new ExactDoubleSum();
    private long count;

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        count++;
        sum.add((double) value);
      }
    }

    @Override
    void combine(Accumulator other) {
      DoubleSum that = (DoubleSum) other;
      count = Math.addExact(count, that.count);
      sum.add(that.sum);
    }

    @Override
    @Nullable Object result(TableColumn column) {
      if (count == 0) {
        return null;
      }
      double rounded = sum.rounded();
      if (Double.isInfinite(rounded) && sum.finite()) {
        throw new ArithmeticException("the sum exceeds the greatest double");
      }
      return rounded;
    }
  }

  /** The quotient of an exact sum and the number of values, rounded once; null of no value. */
  static final class Average extends Accumulator {
    private static final long serialVersionUID = 1;
    private final Accumulator sum;
    private long count;

    /**
     * @param sum an empty one of the right kind
     */
    Average(Accumulator sum) {
      this.sum = sum;
    }

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        count++;
        sum.add(value);
      }
    }

    @Override
    void combine(Accumulator other) {
      Average that = (Average) other;
      count = Math.addExact(count, that.count);
      sum.combine(that.sum);
    }

    @Override
    @Nullable Object result(TableColumn column) {
      if (count == 0) {
        return null;
      }
      BigInteger divisor = BigInteger.valueOf(count);
      if (sum instanceof DoubleSum doubles) {
        return doubles.sum.dividedBy(divisor);
      }
      BigDecimal exact =
          sum instanceof DecimalSum decimals
              ? decimals.sum
              : new BigDecimal(((IntegerSum) sum).sum());
      if (column.storage() == Storage.FLOAT32 || column.storage() == Storage.FLOAT64) {
        return exact.scale() > 0
            ? NearestDouble.of(
                exact.unscaledValue(), divisor.multiply(BigInteger.TEN.pow(exact.scale())))
            : NearestDouble.of(exact.toBigIntegerExact(), divisor);
      }
      return exact.divide(new BigDecimal(divisor), scale(column), RoundingMode.HALF_UP);
    }

    private static int scale(TableColumn column) {
      if (column.storage() != Storage.DECIMAL) {
        return 0;
      }
      return column.precision() == 0 ? FREE_SCALE : column.scale();
    }
  }

  /** The least or the greatest value; null of no value. */
  static final class Extreme extends Accumulator {
    private static final long serialVersionUID = 1;

    /** 1 for the greatest, -1 for the least. */
    private final int direction;

    private @Nullable Object extreme;

    private Extreme(int direction) {
      this.direction = direction;
    }

    static Extreme least() {
      return new Extreme(-1);
    }

    static Extreme greatest() {
      return new Extreme(1);
    }

    @Override
    void add(@Nullable Object value) {
      if (value != null
          && (extreme == null || ValueOrder.INSTANCE.compare(value, extreme) * direction > 0)) {
        extreme = value;
      }
    }

    @Override
    void combine(Accumulator other) {
      add(((Extreme) other).extreme);
    }

    @Override
    @Nullable Object result(TableColumn column) {
      // 0 and -0 are equal, and which of them came first must not show.
      return extreme instanceof Double number && number == 0 ? (Object) 0.0 : extreme;
    }

    @Override
    void resume(@Nullable Object value) {
      extreme = value;
    }
  }

  /**
   * The value of the first or the last event, which may be null. Not to be combined: it depends on
   * order.
   */
  static final class Edge extends Accumulator {
    private static final long serialVersionUID = 1;
    private final AggregateFunction function;
    private boolean seen;
    private @Nullable Object value;

    Edge(AggregateFunction function) {
      this.function = function;
    }

    @Override
    void add(@Nullable Object next) {
      if (!seen || function == AggregateFunction.LAST) {
        seen = true;
        value = next;
      }
    }

    @Override
    void combine(Accumulator other) {
      throw new IllegalStateException(
          "Cannot combine " + function.spelling() + ": it depends on order");
    }

    @Override
    @Nullable Object result(TableColumn column) {
      return value;
    }

    @Override
    void resume(@Nullable Object base) {
      seen = true;
      value = base;
    }
  }

  /** The number of distinct values other than null, by their canonical form. */
  static final class Distinct extends Accumulator {
    private static final long serialVersionUID = 1;
    private final Set<String> forms = new HashSet<>();

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        StringBuilder form = new StringBuilder();
        CanonicalForm.append(form, "value", value);
        forms.add(form.toString());
      }
    }

    @Override
    void combine(Accumulator other) {
      forms.addAll(((Distinct) other).forms);
    }

    @Override
    Object result(TableColumn column) {
      return (long) forms.size();
    }
  }
}
