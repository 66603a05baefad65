package dev.aether.client.jackson;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.aether.client.Bytes;
import dev.aether.client.actor.StateCodec;

/** Creates codecs that store states as JSON. */
public final class JacksonStateCodec {
  private JacksonStateCodec() {}

  /** Creates a codec with the content type {@code application/json;v=1}. */
  public static <S> StateCodec<S> of(ObjectMapper mapper, Class<S> as) {
    return of(mapper, as, 1);
  }

  /**
   * Creates a codec with a version of the stored form.
   *
   * @param mapper must be fully configured: later changes may have no effect
   * @param as the class of the state
   * @param form increase it when stored states no longer fit the class; it is part of the content
   *     type, {@code application/json;v=2}, and snapshots of other forms are not used ({@link
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
