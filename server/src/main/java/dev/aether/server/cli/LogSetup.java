package dev.aether.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import dev.aether.server.security.AuditLog;
import org.slf4j.LoggerFactory;

/**
 * What aether.jar logs, and where: to standard error, since standard output is for data. Clients
 * are quiet; {@code serve} raises the level of Aether's own loggers. Logback calls it because
 * aether.jar names it as a service. In code rather than in a logback.xml, since the XML parser
 * takes longer to start than a client takes for its request.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
  /** A message is one line, so that nobody can forge lines with a text that is logged. */
  private static final String PATTERN =
      "%d{yyyy-MM-dd HH:mm:ss.SSSXXX} %-5level %logger{0} -"
          + " %replace(%msg){'\\p{Cntrl}', ' '}%n%ex{short}";

  private static final String APPENDER = "standard-error";

  /** A file of the user's, which logback looks for if nothing else is set up. */
  private static final String FILE_PROPERTY = "logback.configurationFile";

  /** Writes each log line as a JSON object from now on, unless the user has set up logback. */
  static void logJson() {
    logJson((LoggerContext) LoggerFactory.getILoggerFactory());
  }

  static void logJson(LoggerContext context) {
    Appender<ILoggingEvent> appender =
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(APPENDER);
    if (appender instanceof ConsoleAppender<ILoggingEvent> standardError) {
      JsonEncoder encoder = new JsonEncoder();
      encoder.setContext(context);
      // The message has the arguments, and neither has anything else that a reader needs.
      encoder.setWithFormattedMessage(true);
      encoder.setWithMessage(false);
      encoder.setWithArguments(false);
      encoder.setWithContext(false);
      encoder.setWithSequenceNumber(false);
      encoder.setWithNanoseconds(false);
      encoder.setWithMDC(false);
      encoder.start();
      standardError.setEncoder(encoder);
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(FILE_PROPERTY) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    // Otherwise logback may print what it thinks of its setup to standard output.
    context.getStatusManager().add(new NopStatusListener());
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> standardError = new ConsoleAppender<>();
    standardError.setContext(context);
    standardError.setName(APPENDER);
    standardError.setTarget("System.err");
    standardError.setEncoder(encoder);
    standardError.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(standardError);
    // --log-level must not silence the audit log.
    context.getLogger(AuditLog.NAME).setLevel(Level.INFO);
    // A client's broken connection or malformed request is no news for a server's log.
    context.getLogger("io.grpc").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
