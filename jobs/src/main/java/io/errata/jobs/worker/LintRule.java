package io.errata.jobs.worker;

import io.errata.jobs.worker.LintFinding.Severity;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Calls that a worker must not make.
 *
 * @param owner a pattern of the internal name of the class that is called
 * @param method a pattern of the method's name and descriptor, such as {@code now\(.*}
 */
record LintRule(Severity severity, Pattern owner, Pattern method, String why) {
  private static final String CLOCK =
      "the clock says something else each time: use the event's time";
  private static final String CHANCE =
      "chance gives something else each time: derive it from the event, such as its id";
  private static final String NETWORK =
      "a replay must not reach the network: put what is needed into the event, and what is to be"
          + " done into an effect";
  private static final String FILES =
      "files and processes change between runs: put what is needed into the event or the code";
  private static final String ENVIRONMENT =
      "settings of the process differ between machines: put them into the worker's version";
  private static final String THREADS =
      "threads finish in any order: compute in the calling thread";
  private static final String LOCALE = "it depends on the machine's language: pass Locale.ROOT";
  private static final String ZONE = "it depends on the machine's time zone: name the zone";
  private static final String CHARSET =
      "it depends on the machine's charset: pass StandardCharsets.UTF_8";
  private static final String IDENTITY = "it differs in each process: compare by value";

  /** The first that fits says why. */
  private static final List<LintRule> RULES =
      List.of(
          error("java/lang/System", "(currentTimeMillis|nanoTime)\\(.*", CLOCK),
          error("java/time/(?!Clock).*", "(now|dateNow)\\(.*", CLOCK),
          error("java/time/Clock", "(system|tick).*", CLOCK),
          error("java/util/Date", "<init>\\(\\)V", CLOCK),
          error("java/util/Calendar", "getInstance\\(.*", CLOCK),
          error(
              "java/util/GregorianCalendar",
              "<init>\\((Ljava/util/(TimeZone|Locale);)*\\)V",
              CLOCK),
          error("java/lang/(Strict)?Math", "random\\(.*", CHANCE),
          error("java/util/(Random|SplittableRandom)", "<init>\\(\\)V", CHANCE),
          error("java/util/concurrent/ThreadLocalRandom", ".*", CHANCE),
          error("java/security/SecureRandom", ".*", CHANCE),
          error("java/util/random/RandomGenerator", "(getDefault|of)\\(.*", CHANCE),
          error("java/util/UUID", "randomUUID\\(.*", CHANCE),
          error("java/util/Collections", "shuffle\\(Ljava/util/List;\\)V", CHANCE),
          error("java/net/(?!URI|URLEncoder|URLDecoder).*", ".*", NETWORK),
          error("(javax/net|java/sql|javax/sql|java/rmi|javax/naming)/.*", ".*", NETWORK),
          error("java/nio/channels/.*", ".*", NETWORK),
          error("java/io/(File|RandomAccessFile|Console).*", ".*", FILES),
          error("java/nio/file/(Files|FileSystems|FileSystem)", ".*", FILES),
          error("java/lang/(ProcessBuilder|ProcessHandle|Process|Runtime)", ".*", FILES),
          error(
              "java/lang/System",
              "(getenv|getProperty|getProperties|setProperty|exit|console|load.*)\\(.*",
              ENVIRONMENT),
          error("java/lang/(Boolean)", "getBoolean\\(.*", ENVIRONMENT),
          error("java/lang/(Integer|Long)", "get(Integer|Long)\\(.*", ENVIRONMENT),
          error("java/lang/System", "identityHashCode\\(.*", IDENTITY),
          error("java/util/Locale", "getDefault\\(.*", LOCALE),
          error("java/util/TimeZone", "getDefault\\(.*", ZONE),
          error("java/time/ZoneId", "systemDefault\\(.*", ZONE),
          error(
              "java/text/(SimpleDateFormat|DateFormat)",
              "(<init>|getInstance|get.*Instance|format|parse)\\(.*",
              ZONE),
          error(
              "java/util/Date",
              "(toString|toLocaleString|get(Hours|Minutes|Day|Date|Month|Year|TimezoneOffset))\\(.*",
              ZONE),
          error("java/nio/charset/Charset", "defaultCharset\\(.*", CHARSET),
          error("java/lang/String", "format\\(Ljava/lang/String;.*", LOCALE),
          error("java/lang/String", "formatted\\(.*", LOCALE),
          error("java/util/Formatter", "<init>\\((Ljava/lang/Appendable;)?\\)V", LOCALE),
          error("java/lang/String", "to(Lower|Upper)Case\\(\\)Ljava/lang/String;", LOCALE),
          error(
              "java/text/(Number|Decimal|Message|Compact.*)Format",
              "(<init>\\((Ljava/lang/String;)?\\)V|get.*Instance\\(\\).*|format\\(Ljava/lang/String;.*)",
              LOCALE),
          error("java/text/Collator", "getInstance\\(\\).*", LOCALE),
          error(
              "java/time/format/DateTimeFormatter",
              "(ofPattern\\(Ljava/lang/String;\\).*|ofLocalized.*)",
              LOCALE),
          error("java/time/format/DateTimeFormatterBuilder", "toFormatter\\(\\).*", LOCALE),
          error("java/util/ResourceBundle", "getBundle\\(.*", LOCALE),
          error("java/lang/String", "getBytes\\(\\)\\[B", CHARSET),
          error("java/lang/String", "<init>\\(\\[B(II)?\\)V", CHARSET),
          error(
              "java/io/(InputStreamReader|OutputStreamWriter|PrintStream|PrintWriter|ByteArrayOutputStream)",
              "(<init>\\(Ljava/io/(InputStream|OutputStream);\\)V|toString\\(\\)Ljava/lang/String;)",
              CHARSET),
          error(".*", "parallelStream\\(\\)Ljava/util/stream/Stream;", THREADS),
          error("java/util/stream/.*", "parallel\\(\\).*", THREADS),
          error("java/lang/Thread(Local|Group)?", ".*", THREADS),
          error(
              "java/util/(Timer|concurrent/(Executors|ExecutorService|CompletableFuture|CompletionStage|ForkJoin.*|.*Executor.*))",
              ".*",
              THREADS),
          warning(
              "java/lang/Object",
              "(hashCode|toString)\\(\\).*",
              "a class without its own gives another one in each process: make sure that this has its own"),
          warning("java/lang/Enum", "hashCode\\(\\).*", IDENTITY));

  /** Where the order of iteration isn't that of insertion. */
  private static final Set<String> UNORDERED =
      Set.of(
          "java/util/HashMap",
          "java/util/HashSet",
          "java/util/IdentityHashMap",
          "java/util/WeakHashMap",
          "java/util/Hashtable",
          "java/util/concurrent/ConcurrentHashMap");

  private static final Pattern ITERATION =
      Pattern.compile(
          "(keySet|values|entrySet|iterator|forEach|stream|spliterator|toArray|toString)\\(.*");
  private static final Set<String> UNORDERED_INTERFACES = Set.of("java/util/Map", "java/util/Set");

  static Optional<LintRule> broken(String owner, String name, String descriptor) {
    String method = name + descriptor;
    return RULES.stream()
        .filter(
            rule -> rule.owner.matcher(owner).matches() && rule.method.matcher(method).matches())
        .findFirst();
  }

  /** Whether a call makes a collection of which each process may iterate in another order. */
  static boolean makesUnordered(String owner, String name, String descriptor) {
    boolean made = UNORDERED.contains(owner) && name.equals("<init>");
    // The immutable ones are salted anew in each process, from two elements on.
    boolean immutable =
        UNORDERED_INTERFACES.contains(owner) && (name.startsWith("of") || name.equals("copyOf"));
    boolean collected =
        owner.equals("java/util/stream/Collectors")
            && (name.equals("toSet")
                || name.startsWith("toUnmodifiable") && !name.endsWith("List")
                || name.equals("toMap")
                || name.equals("groupingBy"))
            && !descriptor.contains("Ljava/util/function/Supplier;");
    return made || immutable || collected;
  }

  /** Whether a call goes through such a collection, as far as the type of a variable tells. */
  static boolean iteratesUnordered(String owner, String name, String descriptor) {
    return (UNORDERED.contains(owner) || UNORDERED_INTERFACES.contains(owner))
        && ITERATION.matcher(name + descriptor).matches();
  }

  private static LintRule error(String owner, String method, String why) {
    return new LintRule(Severity.ERROR, Pattern.compile(owner), Pattern.compile(method), why);
  }

  private static LintRule warning(String owner, String method, String why) {
    return new LintRule(Severity.WARNING, Pattern.compile(owner), Pattern.compile(method), why);
  }
}
