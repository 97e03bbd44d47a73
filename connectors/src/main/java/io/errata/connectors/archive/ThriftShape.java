package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;

/**
 * Walks over a structure in Thrift's compact protocol and sees that nothing in it claims to have
 * more elements or bytes than there are. The library that reads it afterwards makes a list of as
 * many as are claimed.
 *
 * <p>Format: Apache Thrift, "Thrift Compact Protocol".
 */
final class ThriftShape {
  private static final int DEEPEST = 64;

  private static final int STOP = 0;
  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int BYTE = 3;
  private static final int I16 = 4;
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int DOUBLE = 7;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int SET = 10;
  private static final int MAP = 11;
  private static final int STRUCT = 12;

  /** The size that says that the size follows. */
  private static final int LONG_SIZE = 15;

  private final byte[] bytes;
  private final int end;
  private int at;

  private ThriftShape(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /**
   * @param from the first byte of the structure
   * @param end the end of what there is of it, exclusive
   * @throws ContentException where it reaches beyond that
   */
  static void check(byte[] bytes, int from, int end) throws ContentException {
    new ThriftShape(bytes, from, end).struct(0);
  }

  private void struct(int depth) throws ContentException {
    if (depth > DEEPEST) {
      throw broken();
    }
    for (int header = next(); header != STOP; header = next()) {
      if (header >>> 4 == 0) {
        number(); // the field's number, where it isn't the next but a few
      }
      int type = header & 0xF;
      if (type != TRUE && type != FALSE) {
        value(type, depth);
      }
    }
  }

  private void value(int type, int depth) throws ContentException {
    switch (type) {
      case TRUE, FALSE, BYTE -> skip(1);
      case I16, I32, I64 -> number();
      case DOUBLE -> skip(Double.BYTES);
      case BINARY -> skip(number());
      case LIST, SET -> {
        int header = next();
        long size = header >>> 4 == LONG_SIZE ? number() : header >>> 4;
        elements(size, header & 0xF, depth);
      }
      case MAP -> {
        long size = number();
        if (size != 0) {
          int types = next();
          requireRoomFor(size);
          for (long i = 0; i < size; i++) {
            value(types >>> 4, depth + 1);
            value(types & 0xF, depth + 1);
          }
        }
      }
      case STRUCT -> struct(depth + 1);
      default -> throw broken();
    }
  }

  private void elements(long size, int type, int depth) throws ContentException {
    requireRoomFor(size);
    if (depth > DEEPEST) {
      throw broken();
    }
    for (long i = 0; i < size; i++) {
      value(type, depth + 1);
    }
  }

  /** Every element has a byte at the least. */
  private void requireRoomFor(long size) throws ContentException {
    if (size < 0 || size > end - at) {
      throw broken();
    }
  }

  private void skip(long count) throws ContentException {
    requireRoomFor(count);
    at += (int) count;
  }

  private int next() throws ContentException {
    if (at >= end) {
      throw broken();
    }
    return bytes[at++] & 0xFF;
  }

  private long number() throws ContentException {
    long number = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int part = next();
      number |= (long) (part & 0x7F) << shift;
      if (part < 0x80) {
        return number;
      }
    }
    throw broken();
  }

  private static ContentException broken() {
    return new ContentException("its footer is broken: something in it reaches beyond its end");
  }
}
