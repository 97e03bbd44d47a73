package io.errata.jobs.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Standard error, on which a line may stand that the next text takes the place of: the progress.
 * Whoever writes, a log appender among them, erases it first. Thread-safe.
 */
final class ErrorStream extends FilterOutputStream {
  private static final String ERASE = "\r\u001b[K";

  private final Charset charset;
  private final PrintStream print;
  private boolean standing;
  private boolean asking;

  /**
   * @param charset the stream's
   */
  ErrorStream(OutputStream out, Charset charset) {
    super(out);
    this.charset = charset;
    this.print = new PrintStream(this, true, charset);
  }

  /**
   * What a terminal reads; Java 17 knows it as the native encoding, which is not always its default
   * charset.
   */
  static Charset charset() {
    String encoding = System.getProperty("native.encoding");
    Charset charset = encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
    // Where no locale is set, as in cron or a container, the encoding is reported as ASCII.
    return charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
  }

  /** Prints lines that stay. */
  PrintStream print() {
    return print;
  }

  /** Shows a line, without its end, until something else is written. */
  synchronized void showTransient(String line) {
    if (asking) {
      return;
    }
    try {
      out.write((ERASE + line).getBytes(charset));
      out.flush();
      standing = true;
    } catch (IOException e) {
      // As PrintStream does: nobody can be told where this goes to nobody.
      standing = false;
    }
  }

  /**
   * Prints a question, behind which the answer is typed: no line is shown in its place until {@link
   * #answered()}.
   */
  synchronized void ask(String question) {
    erase();
    print.print(question);
    print.flush();
    asking = true;
  }

  /** Lets transient lines be shown again. */
  synchronized void answered() {
    asking = false;
  }

  /** Takes the transient line away. */
  synchronized void erase() {
    if (standing) {
      showTransient("");
      standing = false;
    }
  }

  @Override
  public synchronized void write(int b) throws IOException {
    erase();
    out.write(b);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > 0) {
      erase();
    }
    out.write(bytes, offset, length);
  }
}
