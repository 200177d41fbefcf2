use std::io::Write;

use proptest::prelude::*;

use super::*;

fn read_bytes(bytes: &[u8]) -> Sitemap {
    let address = PageUrl::parse("http://shop.example/sitemap.xml").unwrap();
    read(bytes, &address, &address.origin())
}

fn read_text(text: &str) -> Sitemap {
    read_bytes(text.as_bytes())
}

fn gzipped(parts: &[&[u8]]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for part in parts {
        encoder.write_all(part).unwrap();
    }
    encoder.finish().unwrap()
}

fn paths(urls: &[PageUrl]) -> Vec<&str> {
    urls.iter().map(PageUrl::path_and_query).collect()
}

#[test]
fn a_urlset_lists_pages_whatever_its_prefix_escapes_and_white_space() {
    let sitemap = read_text(
        "\u{feff}<?xml version=\"1.0\"?>\n<s:urlset xmlns:s=\"http://www.sitemaps.org/schemas/sitemap/0.9\">
           <s:url><s:loc> http://shop.example/a?x=1&amp;y=2 </s:loc><s:lastmod>2026-01-01</s:lastmod></s:url>
           <s:url><s:loc><![CDATA[http://shop.example/b?x&y]]></s:loc></s:url></s:urlset>",
    );
    assert_eq!(paths(&sitemap.urls), ["/a?x=1&y=2", "/b?x&y"]);
    assert_eq!(sitemap.problems, []);
}

#[test]
fn an_index_lists_sitemaps() {
    let sitemap =
        read_text("<sitemapindex><sitemap><loc>http://shop.example/s1.xml</loc></sitemap></sitemapindex>");
    assert_eq!(paths(&sitemap.sitemaps), ["/s1.xml"]);
}

#[test]
fn a_gzipped_sitemap_is_told_by_its_first_bytes() {
    let packed = gzipped(&[b"<urlset><url><loc>http://shop.example/a</loc></url></urlset>"]);
    assert_eq!(paths(&read_bytes(&packed).urls), ["/a"]);
    let members =
        [&gzipped(&[b"http://shop.example/a\nhttp://sh"])[..], &gzipped(&[b"op.example/b"])].concat();
    assert_eq!(paths(&read_bytes(&members).urls), ["/a", "/b"]);
    assert!(matches!(read_bytes(&[0x1f, 0x8b, 1, 2]).problems[..], [Problem::Gzip(_)]));
}

#[test]
fn what_came_before_a_break_counts() {
    let sitemap =
        read_text("<urlset><url><loc>http://shop.example/a</loc></url><url><loc>http://shop.example/b</lo");
    assert_eq!(paths(&sitemap.urls), ["/a"]);
    assert!(matches!(sitemap.problems[..], [Problem::Broken(_)]), "{:?}", sitemap.problems);
}

#[test]
fn a_web_page_and_other_texts_are_no_sitemaps() {
    assert_eq!(read_text("<!DOCTYPE html><html><p>Welcome").problems, [Problem::Html]);
    assert_eq!(read_text("<?xml version='1.0'?><html/><html></html>").problems, [Problem::Html]);
    assert_eq!(read_text("<opml></opml>").problems, [Problem::NoSitemap]);
    assert_eq!(read_text("Not Found").problems, [Problem::NoSitemap]);
    assert_eq!(read_text("").problems, [Problem::NoSitemap]);
}

#[test]
fn addresses_of_other_sites_are_left_out_and_counted() {
    let sitemap = read_text("http://shop.example/a\nhttp://other.example/b\nnonsense\n");
    assert_eq!((paths(&sitemap.urls), &sitemap.problems[..]), (vec!["/a"], &[Problem::Foreign(2)][..]));
}

#[test]
fn a_sitemap_on_another_host_lists_pages_of_the_site_that_it_is_read_for() {
    let address = PageUrl::parse("http://cdn.example/sitemap.xml").unwrap();
    let site = PageUrl::parse("http://shop.example/").unwrap().origin();
    let list = "http://shop.example/a\nhttp://cdn.example/b\n";
    assert_eq!(paths(&read(list.as_bytes(), &address, &site).urls), ["/a"]);
    let index = "<sitemapindex><sitemap><loc>http://cdn.example/s1.xml</loc></sitemap></sitemapindex>";
    assert_eq!(paths(&read(index.as_bytes(), &address, &site).sitemaps), ["/s1.xml"]);
}

#[test]
fn more_entries_than_a_sitemap_may_have_are_left_out() {
    let entry = "<url><loc>http://shop.example/a</loc></url>";
    let sitemap = read_text(&format!("<urlset>{}</urlset>", entry.repeat(MOST_ENTRIES + 5)));
    assert_eq!((sitemap.urls.len(), &sitemap.problems[..]), (MOST_ENTRIES, &[Problem::TooLong][..]));
}

#[test]
fn exactly_as_many_entries_as_a_sitemap_may_have_are_no_fault() {
    let entry = "<url><loc>http://shop.example/a</loc></url>";
    let sitemap = read_text(&format!("<urlset>{}</urlset>", entry.repeat(MOST_ENTRIES)));
    assert_eq!((sitemap.urls.len(), &sitemap.problems[..]), (MOST_ENTRIES, &[][..]));
    let lines = read_text(&"http://other.example/a\n".repeat(MOST_ENTRIES + 1));
    assert!(lines.problems.contains(&Problem::TooLong), "{:?}", lines.problems);
}

#[test]
fn an_address_of_an_image_or_a_video_is_no_page() {
    let sitemap = read_text(
        "<urlset><url><loc>http://shop.example/a</loc><i:image><i:loc>http://shop.example/a.jpg</i:loc></i:image>
           <v:video><v:content_loc>http://shop.example/a.mp4</v:content_loc></v:video></url>
           <loc>http://shop.example/b</loc></urlset>",
    );
    assert_eq!((paths(&sitemap.urls), &sitemap.problems[..]), (vec!["/a", "/b"], &[][..]));
}

#[test]
fn an_rss_feed_lists_the_pages_of_its_items() {
    let sitemap = read_text(
        r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>http://shop.example/</link>
           <atom:link href="http://shop.example/feed" rel="self"/><image><link>http://shop.example/</link></image>
           <item><title>1</title><link>http://shop.example/1?a=b&amp;c</link><guid>http://shop.example/?p=1</guid></item>
           <item><guid>http://shop.example/2</guid><atom:link rel="replies" href="/no"/></item>
           <item><guid isPermaLink="true"><![CDATA[ http://shop.example/3 ]]></guid><link/></item>
           <item><guid isPermaLink="false">http://shop.example/no</guid></item>
           <item><guid>post-17</guid><description><![CDATA[<link>/no</link>]]></description></item>
           <item><link><![CDATA[/4]]></link><source url="http://other.example/">x</source></item></channel></rss>"#,
    );
    assert_eq!(paths(&sitemap.urls), ["/1?a=b&c", "/2", "/3", "/4"]);
    assert_eq!(sitemap.problems, []);
}

#[test]
fn a_feed_in_rdf_lists_the_pages_of_its_items() {
    let sitemap = read_text(
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
           <channel rdf:about="/x"><link>http://shop.example/</link><items><rdf:Seq><rdf:li resource="/x"/></rdf:Seq></items>
           </channel><item rdf:about="/1"><title>1</title><link>http://shop.example/1</link></item></rdf:RDF>"#,
    );
    assert_eq!((paths(&sitemap.urls), &sitemap.problems[..]), (vec!["/1"], &[][..]));
}

#[test]
fn an_atom_feed_lists_the_pages_of_its_entries() {
    let sitemap = read_text(
        r#"<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:link href="/"/><a:link rel="self" href="/feed"/>
           <a:entry><a:link href="http://shop.example/1"/><a:link rel="edit" href="/no"/><a:id>http://shop.example/no</a:id>
             <a:source><a:link href="http://shop.example/no"/></a:source></a:entry>
           <a:entry><a:link rel="alternate" type="text/html" href="2?a&amp;b"></a:link>
             <a:link rel="alternate" type="application/json" href="/no"/><a:link rel="enclosure" href="/no.mp3"/></a:entry>
           <a:entry><a:link href="http://other.example/3"/></a:entry></a:feed>"#,
    );
    assert_eq!(paths(&sitemap.urls), ["/1", "/2?a&b"]);
    assert_eq!(sitemap.problems, [Problem::Foreign(1)]);
}

#[test]
fn a_sitemap_is_read_in_its_own_encoding() {
    let list = |encoding| {
        format!(
            "<?xml version=\"1.0\" {encoding}?><urlset><url><loc>http://shop.example/ü</loc></url></urlset>"
        )
    };
    let utf16 = |text: &str, to_bytes: fn(u16) -> [u8; 2]| {
        text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>()
    };
    let stated = list("encoding='UTF-16'");
    let marked = format!("\u{feff}{stated}");
    for bytes in [
        list("").into_bytes(),
        list("encoding='utf-16' standalone='yes'").into_bytes(),
        encoding_rs::WINDOWS_1252.encode(&list("standalone='yes' encoding = 'ISO-8859-1'")).0.into_owned(),
        encoding_rs::SHIFT_JIS.encode("http://shop.example/%C3%BC").0.into_owned(),
        utf16(&marked, u16::to_le_bytes),
        utf16(&marked, u16::to_be_bytes),
        utf16(&stated, u16::to_le_bytes),
        utf16(&stated, u16::to_be_bytes),
        utf16("\u{feff}http://shop.example/ü\r\n", u16::to_le_bytes),
    ] {
        let sitemap = read_bytes(&bytes);
        assert_eq!((paths(&sitemap.urls), &sitemap.problems[..]), (vec!["/%C3%BC"], &[][..]), "{bytes:?}");
    }
    assert_eq!(read_bytes(b"<urlset><url><loc>http://shop.example/\xff</loc></url></urlset>").problems, []);
}

#[test]
fn entities_that_a_file_defines_are_not_expanded_and_their_addresses_are_left_out() {
    let bomb = (1..20).fold("<!ENTITY e0 'http://shop.example/'>".to_owned(), |bomb, n| {
        format!("{bomb}<!ENTITY e{n} '{}'>", format!("&e{};", n - 1).repeat(10))
    });
    let sitemap = read_text(&format!(
        "<!DOCTYPE urlset [{bomb}<!ENTITY file SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>&e19;</loc></url>
           <url><loc>http://shop.example/&file;</loc></url><url><loc>http://shop.example/a&#x2F;&lt;</loc></url></urlset>",
    ));
    assert_eq!(paths(&sitemap.urls), ["/a/%3C"]);
    assert_eq!(sitemap.problems, [Problem::Foreign(2)]);
}

#[test]
fn a_file_that_nests_too_deep_is_read_up_to_there() {
    let deep = "<a>".repeat(usize::try_from(MOST_BYTES).unwrap() / 10);
    let sitemap = read_text(&format!("<urlset><url><loc>http://shop.example/a</loc></url>{deep}"));
    assert_eq!(paths(&sitemap.urls), ["/a"]);
    assert!(matches!(sitemap.problems[..], [Problem::Broken(_)]), "{:?}", sitemap.problems);
}

#[test]
fn a_file_that_ends_before_its_last_element_does_is_broken() {
    let sitemap = read_text("<urlset><url><loc>http://shop.example/a</loc></url>");
    assert_eq!(paths(&sitemap.urls), ["/a"]);
    assert!(matches!(sitemap.problems[..], [Problem::Broken(_)]), "{:?}", sitemap.problems);
}

#[test]
fn what_came_before_a_break_in_gzip_data_counts() {
    let entries = (0..3000)
        .map(|n| format!("<url><loc>http://shop.example/{n}</loc></url>"))
        .collect::<Vec<_>>()
        .concat();
    let mut bytes = gzipped(&[format!("<urlset>{entries}</urlset>").as_bytes()]);
    bytes.truncate(bytes.len() * 2 / 3);
    let sitemap = read_bytes(&bytes);
    assert!((1000..3000).contains(&sitemap.urls.len()), "{}", sitemap.urls.len());
    assert!(matches!(sitemap.problems[..], [Problem::Gzip(_)]), "{:?}", sitemap.problems);
}

#[test]
fn a_file_that_unpacks_to_more_than_a_sitemap_may_have_is_read_up_to_the_limit() {
    let chunk = vec![b' '; 1 << 20];
    let mut parts: Vec<&[u8]> = vec![b"<urlset><url><loc>http://shop.example/a</loc></url>"];
    parts.extend(std::iter::repeat_n(&chunk[..], 60));
    let packed = gzipped(&parts);
    assert!(packed.len() < 1 << 20);
    let sitemap = read_bytes(&packed);
    assert_eq!((paths(&sitemap.urls), &sitemap.problems[..]), (vec!["/a"], &[Problem::TooLong][..]));
}

#[test]
fn an_address_longer_than_servers_take_is_left_out() {
    let long = format!("http://shop.example/{}", "a".repeat(MOST_ADDRESS));
    for text in [
        format!("http://shop.example/a\n{long}\nhttp://shop.example/b"),
        format!(
            "<urlset><url><loc>http://shop.example/a</loc></url><url><loc>{long}</loc></url><url>
            <loc>http://shop.example/b</loc></url></urlset>"
        ),
    ] {
        let sitemap = read_text(&text);
        assert_eq!(
            (paths(&sitemap.urls), &sitemap.problems[..]),
            (vec!["/a", "/b"], &[Problem::Foreign(1)][..])
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(text in "(<urlset>|<loc>|</loc>|<!\\[CDATA\\[|&amp;|&x;|<item>|<link>|</link>|<rss>|<feed>|<entry>|<link href='/a'/>|<guid>|</item>|<!DOCTYPE x>|http://shop.example/|.){0,20}") {
        let _ = read_text(&text);
    }
}
