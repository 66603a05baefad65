package dev.aether.client.jackson;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.aether.client.Bytes;
import dev.aether.client.actor.StateCodec;

/** States as JSON. */
public final class JacksonStateCodec {
  private JacksonStateCodec() {}

  /** A codec whose content type is {@code application/json;v=1}. */
  public static <S> StateCodec<S> of(ObjectMapper mapper, Class<S> as) {
    return of(mapper, as, 1);
  }

  /**
   * A codec of states of a form.
   *
   * @param mapper configured already: what is changed on it later may come too late
   * @param as the state's class
   * @param form raise it when stored states no longer fit the class; it is in the content type,
   *     {@code application/json;v=2}, and snapshots of another form aren't read ({@link
   *     StateCodec#contentType})
   */
  public static <S> StateCodec<S> of(ObjectMapper mapper, Class<S> as, int form) {
    ObjectReader reader = mapper.readerFor(as);
    ObjectWriter writer = mapper.writerFor(as);
    return StateCodec.of(
        JacksonCodec.CONTENT_TYPE + ";v=" + form,
        state -> Bytes.wrap(writer.writeValueAsBytes(state)),
        bytes -> reader.readValue(bytes.newInputStream()));
  }
}
