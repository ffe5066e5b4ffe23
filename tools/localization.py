"""Turn the collected localization facts into files such as those of `src/xbcommerce/data/localization/`.

    python tools/localization.py FACTS OUT   # FACTS holds localization/*.jsonl and corrections.jsonl

Origin: linguistic knowledge (renderings; no native review yet), the Umm al-Qura calendar and public pages (calendar), tables
of mains, plugs, paper and sizes from general knowledge (low confidence), collected on 2026-11-22. Only facts are taken over,
in our own structure. Corrections of the audit of the same day are applied first. Written are `renderings.*.toml`,
`calendar.toml`, `guides.toml` and `mains.toml`; the hand-written files (`checks.*`, `lexicons.toml`, `tables.toml`,
`ceiling.toml`) are not touched. The files written are the truth afterwards and are edited by hand.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

OUT = Path(sys.argv[2]) if len(sys.argv) > 2 else Path()
"""A folder that is named: the files of the package were edited by hand since, and are never written over."""
LANGUAGES = ("en", "de", "fr", "es", "pt", "ja", "ar")

# English renderings that no native text contains: they may stand alone. All others need their source text.
ALONE = """
explosive model|explosive style|explosive item|explosion model|explosion models|burst models|hot explosion
package mail|bag mail|pack post|seconds kill|limited time special benefit|time limit special favor|factory straight pin|god tool|divine device|cash goods
high-end atmospheric|net red models|web celebrity section|one piece generation hair|a generation of hair|one piece send on behalf|goddess fan|hundred take|hundred match|hundred ride
clear warehouse|clearance barn|full minus|spelling regiment|advance sell|foreign trade original single|high imitation|high copy|star the same paragraph|star same style|celebrity same style
ins wind|Nordic wind|northern Europe wind|Europe and America wind|small pure and fresh|immortal skirt|significantly white|beauty white|formaldehyde clear|edible level|plus big code|add large size|fat mm
plus velvet|add cashmere|plus cashmere|sheep velvet|ice silk|heaven silk|genuine PU leather|superfiber leather|super fiber skin|head layer cowhide|first layer leather|defend water
mobile phone shell|charging treasure|charge baby|heat preservation cup|insulation cup|warm baby stick|receive box|admission box|put things rack|bed hat|embrace pillow|lazy sofa|lazy person sofa|lazy bracket|lazy person holder
assault clothing|bottoming shirt|primer shirt|bottoming pants|primer pants|half body skirt|bust skirt|joined skirt|inner trousers|son child|2025 new paragraph|2025 new section|spring paragraph|male paragraph|female paragraph
lovers paragraph|pro-son clothes|send elders|seven days without reason to return|7 days no reason return|fake one lose ten|good evaluation cash back|praise cash back|five star good evaluation
buy one send one|buy a get a|whole network lowest price|lowest in the whole net|sales volume first|rob purchase|rob buy|hand slow no|slow hand no|break goods king|out of stock king|turn head guest|return head customer
flag ship store|counter genuine|special cabinet genuine|manual measurement has error|hand measure error|partial small|eccentric small|rice yellow|meter yellow|Tibetan navy|local tyrant gold|rich local gold|Chinese wind|China wind
recruit money|overseas straight mail|hair goods fast|consult guest clothes|add buy|vomiting blood recommended|spit blood recommendation|jump off building price|suicide price|bloodletting price
high color value|high yan value|fool type|idiot style|old man machine|elderly machine|dog skin plaster|three no products|explosive product
"""
MORE_EN = {
    "爆款": ["explosive model", "explosive style", "explosive item", "explosion model"],
    "2025新款": ["new paragraph 2025"],
    "包邮": ["package postage", "mail package included"],
}
"""English forms that the collected rows lack."""
NOT_NEAR = {
    "Nordic wind": ["farm", "power", "turbine", "energy", "blows", "chime", "park", "north"], "northern Europe wind": ["farm", "power", "turbine", "energy"],
    "Chinese wind": ["instrument", "chime", "turbine", "farm", "power", "music", "ensemble"], "China wind": ["turbine", "farm", "power", "energy", "capacity"],
    "explosive product": ["safety", "storage", "dangerous", "hazard", "transport", "class"], "hot explosion": ["fire", "gas"],
    "suicide price": ["murder"], "a generation of hair": ["stylist", "stylists", "care"],
}  # fmt: skip
NEAR = {
    "blue tooth": [
        "speaker",
        "headset",
        "wireless",
        "phone",
        "earphone",
        "headphone",
        "adapter",
        "connect",
        "earbuds",
        "keyboard",
        "mouse",
    ],
    "blue teeth": [
        "speaker",
        "headset",
        "wireless",
        "phone",
        "earphone",
        "headphone",
        "adapter",
        "earbuds",
        "keyboard",
        "mouse",
    ],
}
"""Ordinary words that betray themselves by what stands beside them."""
GOOD_EN = {
    "亲": None,
    "基本": None,
    "绿色": None,
    "必备": None,
    "寸": None,
    "羊绒": None,
    "国标": "Chinese GB standard",
    "马甲": "gilet",
    "卫衣": "sweatshirt",
    "儿童": None,
    "抱枕": "throw pillow",
    "移动电源": "power bank",
    "头层牛皮": "full-grain cowhide",
    "环保": None,
    "可降解": None,
    "无公害": None,
    "食品级": "food-safe",
    "原价": None,
    "终身保修": None,
    "抗菌": None,
    "台灯": "desk lamp",
    "防蚊": None,
    "七天无理由退货": None,
    "五星好评": None,
    "情趣": None,
    "玩具枪": None,
    "中国台湾": None,
    "A货": None,
    "PU皮": "faux leather",
    "开光": None,
    "保健品": "dietary supplement",
    "特价": "special offer",
    "掌柜推荐": "our pick",
    "均码": "one size",
    "四件套": "4-piece bedding set",
    "肉色": "beige",
    "招财": "good-luck charm",
    "包税": None,
    "销量第一": None,
    "顶级": "premium",
    "2025新款": "2025 model",
    "春款": "spring style",
}
"""English good forms where the collected one is a remark, a placeholder, or contains the word it replaces; None asks a person."""

# Renderings in other languages, by source term: word-by-word translations that machine translation yields, with forms that
# stemming does not reach; "?" before a form: ordinary language too, only beside its source.
RENDERINGS = {
    "de": """
爆款: explosives Modell|Explosionsmodell|Explosions-Modell|explosives Produkt|Explosionsprodukt|heiße Explosion|explosiver Stil|Burst-Modell
包邮: Taschenpost|Paketpost inklusive|Beutelpost|?kostenlose Post
秒杀: Sekundentötung|Sekunden-Tötung|Sekunden töten|zweite Tötung|in Sekunden getötet|?Spitze
限时特惠: zeitbegrenzter Sondervorteil|Zeitlimit-Sondergunst
厂家直销: Fabrik gerade Nadel|?Herstellerdirektverkauf
神器: göttliches Gerät|Götterwerkzeug|magische Waffe|?Artefakt
现货: Bargeldware|Kassaware|?Spotware
高端大气: hochwertige Atmosphäre groß|?gehobene Atmosphäre
网红款: Netz-Rot-Modell|Netzrot-Modell|Internet-Promi-Abschnitt
一件代发: Haar einer Generation|ein Stück Generation Haar
女神: ?Göttin
显瘦: dünn zeigen|zeigt dünn|deutlich dünn|?dünn
百搭: hundert Fahrten|hundert Übereinstimmung|?wild
清仓: Lager klar machen|?Lager räumen
满减: volle Reduzierung|voll minus
拼团: Zaubergruppe|Rechtschreibgruppe|Kampfgruppe kaufen
预售: Vorverkauf im Voraus verkaufen
高仿: hohe Imitation|hohe Kopie
同款: gleicher Absatz|derselbe Absatz
ins风: ins Wind|INS-Wind
北欧风: nordischer Wind|Nordeuropa Wind|Nordeuropa-Wind
韩版: ?koreanische Version
小清新: kleine Frische klein frisch|?klein und frisch
仙女裙: unsterblicher Rock|?Feenrock
显白: deutlich weiß|zeigt weiß
均码: einheitlicher Code|Durchschnittscode|Einheitscode-Größe
加大码: plus großer Code|große Größe hinzufügen
加绒: plus Samt|plus Kaschmir|plus Samtdicke|Samt hinzufügen
羊绒: Schafsamt
冰丝: ?Eisseide
天丝: Tagesseide|Himmelsseide
超纤皮: Superfaser-Leder|Superfaserleder
头层牛皮: Kopfschicht-Rindsleder|Kopfschicht Rindsleder
手机壳: Mobiltelefonschale|Handy-Muschel
充电宝: Ladeschatz|Aufladeschatz|Lade-Schatz|Ladebaby
数据线: ?Datenleitung
保温杯: Wärmeschutzbecher|Wärmeerhaltungsbecher
暖宝宝: warmes Baby Aufkleber|?warmes Baby
台灯: Taiwan-Licht|Plattformlicht
收纳盒: Empfangsbox|Aufnahmebox
置物架: Dinge-Ablage-Gestell
床笠: Betthut
抱枕: Umarmungskissen
懒人沙发: faules Sofa|Sofa für Faule
懒人支架: fauler Halter|fauler Ständer
冲锋衣: Angriffskleidung|Sturmkleidung|Ladekleidung|?Sturmjacke
打底衫: Grundierungshemd|Bodenhemd|Grundierungsshirt
打底裤: Grundierungshose|Bodenhose|Grundierungshosen
半身裙: Halbkörperrock|Büstenrock
卫衣: Wachkleidung|Gesundheitskleidung
春款: Frühlingsabsatz
男款: männlicher Absatz
女款: weiblicher Absatz
情侣款: Liebhaber-Absatz|Liebhaberabsatz
买一送一: kaufe eins schicke eins|kauf eins sende eins
手慢无: Hand langsam nein|langsame Hand nein
断货王: König der zerbrochenen Waren|Nicht-auf-Lager-König
回头客: Kopf drehen Gast
宝贝: ?Baby|?Schatz
宝贝详情: ?Baby-Details|?Babydetails
旗舰店: ?Flaggschiff
偏小: teilweise klein|exzentrisch klein
米黄色: Reisgelb|reisgelb|Metergelb
藏青色: tibetisch blau|tibetischblau
肉色: Fleischfarbe|?hautfarben
土豪金: lokaler Tyrann Gold|Tyrannengold
中国风: chinesischer Wind
招财: Geld rekrutieren
发货快: Haarwaren schnell
吐血推荐: Blut erbrechen empfohlen|Blutspucken-Empfehlung
跳楼价: Selbstmordpreis|Sprungpreis vom Gebäude
放血价: Aderlasspreis|Blutpreis
高颜值: hoher Gesichtswert|hoher Nennwert Aussehen
老人机: Alter-Mann-Maschine|Altemännermaschine
狗皮膏药: Hundehautpflaster
三无产品: drei keine Produkte
""",
    "fr": """
爆款: modèle explosif|produit explosif|article explosif|modèle d'explosion|explosion chaude
包邮: courrier de paquet|sac postal inclus|courrier du sac
秒杀: tuer en secondes|meurtre en secondes|tue en secondes|tuer en quelques secondes|seconde tuerie
厂家直销: épingle droite d'usine|?vente directe usine
神器: outil divin|dispositif divin|arme magique|?artefact
现货: marchandises au comptant|marchandise ponctuelle|biens au comptant
网红款: modèle net rouge|section célébrité du web
一件代发: une génération de cheveux|cheveux d'une génération
女神: ?déesse
显瘦: montrer mince|montre mince|?mince
百搭: cent matchs|cent prises|?sauvage
清仓: vider l'entrepôt clair|effacer l'entrepôt
满减: réduction complète moins|plein moins
拼团: groupe d'orthographe|groupe de combat achat
高仿: haute imitation|haute copie
同款: même paragraphe
ins风: vent ins
北欧风: vent nordique|vent d'Europe du Nord
韩版: ?version coréenne
仙女裙: jupe immortelle|?jupe de fée
均码: code uniforme|code moyen|tous les codes
加绒: plus velours|ajouter du velours|plus cachemire
冰丝: ?soie glacée
天丝: soie du jour|soie du ciel
头层牛皮: cuir de vache à couche de tête
手机壳: coquille de téléphone portable
充电宝: trésor de charge|trésor de chargement|bébé de charge
保温杯: tasse de conservation de la chaleur
暖宝宝: ?bébé chaud
台灯: lumière de Taïwan
收纳盒: boîte de réception rangement
床笠: chapeau de lit
抱枕: oreiller câlin étreinte
懒人沙发: canapé paresseux
懒人支架: support paresseux
冲锋衣: vêtements d'assaut|veste d'assaut
打底衫: chemise de fond|chemise d'apprêt
打底裤: pantalon de fond|pantalon d'apprêt
半身裙: jupe demi-corps
卫衣: vêtements de garde|vêtements sanitaires
春款: paragraphe de printemps
男款: paragraphe masculin
女款: paragraphe féminin
买一送一: achetez un envoyez un|acheter un envoyer un
手慢无: main lente non
断货王: roi des ruptures
宝贝详情: ?détails du bébé|?détails bébé
宝贝: ?bébé
米黄色: jaune riz
藏青色: bleu tibétain
土豪金: or tyran local|or du tyran local
中国风: vent chinois
招财: recruter de l'argent
吐血推荐: vomir du sang recommandé|recommandation vomissement de sang
跳楼价: prix suicide|prix de saut d'immeuble
放血价: prix de saignée
老人机: machine de vieil homme|machine pour vieil homme
狗皮膏药: emplâtre de peau de chien
""",
    "es": """
爆款: modelo explosivo|producto explosivo|artículo explosivo|modelo de explosión|explosión caliente
包邮: correo de bolsa|bolsa de correo incluida|correo del paquete
秒杀: matar en segundos|segundo asesinato|mata en segundos|matar en unos segundos|?segunda matanza
神器: dispositivo divino|herramienta divina|arma mágica|?artefacto
现货: bienes al contado|mercancía puntual
网红款: modelo rojo neto|sección de celebridades web
一件代发: generación de cabello|una generación de pelo|una generación de cabello
女神: ?diosa
显瘦: mostrar delgado|se muestra delgado|muestra delgado
百搭: cien partidos|cien tomas|?salvaje
清仓: almacén claro vaciar|limpiar el almacén oferta
满减: reducción completa menos|lleno menos
拼团: grupo de ortografía
高仿: alta imitación|alta copia
同款: mismo párrafo
ins风: viento ins
北欧风: viento nórdico|viento del norte de Europa
韩版: ?versión coreana
仙女裙: falda inmortal|?falda de hada
均码: código uniforme|código promedio
加绒: más terciopelo|agregar terciopelo|más cachemira
冰丝: ?seda de hielo
天丝: seda del día|seda del cielo
头层牛皮: cuero de vaca de capa de cabeza
手机壳: concha de teléfono móvil
充电宝: tesoro de carga|bebé de carga|tesoro de recarga
保温杯: taza de conservación de calor
暖宝宝: ?bebé cálido
台灯: luz de Taiwán
收纳盒: caja de recepción almacenamiento
床笠: sombrero de cama
抱枕: almohada de abrazo abrazar
懒人沙发: sofá perezoso|sofá de perezoso
懒人支架: soporte perezoso
冲锋衣: ropa de asalto|chaqueta de asalto
打底衫: camisa de fondo|camisa de imprimación
打底裤: pantalones de fondo|pantalones de imprimación
半身裙: falda de medio cuerpo
卫衣: ropa de guardia
春款: párrafo de primavera
男款: párrafo masculino
女款: párrafo femenino
买一送一: compra uno envía uno
手慢无: mano lenta no
断货王: rey de la rotura
宝贝: ?bebé
宝贝详情: ?detalles del bebé
米黄色: amarillo arroz
藏青色: azul tibetano
土豪金: oro tirano local|oro del tirano local
中国风: viento chino
招财: reclutar dinero
吐血推荐: vómito de sangre recomendado|recomendado vomitar sangre
跳楼价: precio suicida|precio de salto de edificio
放血价: precio de sangría
老人机: máquina de viejo|máquina para viejos
狗皮膏药: yeso de piel de perro
""",
    "pt": """
爆款: modelo explosivo|produto explosivo|artigo explosivo|modelo de explosão|explosão quente
包邮: correio do pacote|saco de correio|correio da bolsa
秒杀: matar em segundos|segunda morte|mata em segundos|segundos de matar
神器: dispositivo divino|ferramenta divina|arma mágica|?artefato
现货: bens à vista|mercadoria pontual
网红款: modelo vermelho líquido|seção de celebridades da web
一件代发: geração de cabelo|uma geração de cabelo
女神: ?deusa
显瘦: mostrar magro|mostra magro
百搭: cem partidas|?selvagem
清仓: limpar armazém|limpar o armazém|limpe o armazém
满减: redução total menos|cheio menos
高仿: alta imitação|alta cópia
同款: mesmo parágrafo
北欧风: vento nórdico|vento do norte da Europa
仙女裙: saia imortal
均码: código uniforme|código médio
加绒: mais veludo|adicionar veludo|mais caxemira
天丝: seda do dia|seda do céu
头层牛皮: couro de vaca de camada de cabeça
手机壳: concha de celular
充电宝: tesouro de carregamento|tesouro de carga|bebê de carga
保温杯: copo de preservação de calor
台灯: luz de Taiwan
床笠: chapéu de cama
懒人沙发: sofá preguiçoso
懒人支架: suporte preguiçoso
冲锋衣: roupas de assalto|roupa de assalto
打底衫: camisa de fundo|camisa de primer
打底裤: calça de fundo|calças de primer
半身裙: saia de meio corpo
卫衣: roupas de guarda
春款: parágrafo de primavera
男款: parágrafo masculino
女款: parágrafo feminino
买一送一: compre um envie um
手慢无: mão lenta não|sem mãos lentas
断货王: rei da quebra
宝贝: ?bebê
宝贝详情: ?detalhes do bebê
米黄色: amarelo arroz
藏青色: azul tibetano
土豪金: ouro tirano local
中国风: vento chinês
吐血推荐: vômito de sangue recomendado
跳楼价: preço suicida
放血价: preço de sangria
老人机: máquina de velho
狗皮膏药: gesso de pele de cachorro
""",
    "ja": """
爆款: 爆発モデル|爆発的なモデル|爆款|爆発商品|爆発的な商品
包邮: 包郵|パッケージメール|郵便を包む
秒杀: 秒殺価格|秒で殺す|二番目の殺害|第二の殺し
神器: 神の道具セール|?神器
现货: スポット商品|現貨
网红款: ネット赤モデル|網紅款|ウェブセレブセクション
一件代发: 一世代の髪|髪の世代
女神: ?女神
显瘦: 薄く見せる効果大|顕痩
百搭: 百の乗車|百搭
清仓: 倉庫をクリアする|清倉
满减: 完全削減|満減
同款: 同じ段落
北欧风: 北欧の風
韩版: 韓版|?韓国版
均码: 均一コード|均碼
加绒: プラスベルベット|加絨
天丝: 空の絹
手机壳: 携帯電話の殻
充电宝: 充電の宝|充電宝
保温杯: 保温杯
暖宝宝: ?温かい赤ちゃん
台灯: 台湾の光|台灯
懒人沙发: 怠惰なソファ|怠け者のソファ
懒人支架: 怠惰なブラケット
冲锋衣: 突撃服|衝鋒衣
打底衫: 底打ちシャツ|プライマーシャツ
打底裤: 底打ちパンツ|プライマーパンツ
连衣裙: 連衣裙|連体スカート
卫衣: 衛衣|警備服パーカー
春款: 春の段落
男款: 男性の段落
女款: 女性の段落
买一送一: 一つ買って一つ送る
手慢无: 遅い手はありません|手が遅いなし
断货王: 在庫切れの王
宝贝详情: ?赤ちゃんの詳細|?ベビーの詳細
宝贝: ?赤ちゃん
米黄色: 米黄色
藏青色: チベットの青
土豪金: 地元の暴君ゴールド|土豪金
吐血推荐: 吐血おすすめ|血を吐く推薦
跳楼价: 飛び降り価格|自殺価格
放血价: 瀉血価格
老人机: 老人の機械|老人機
""",
    "ar": """
爆款: منتج متفجر|موديل متفجر|نموذج متفجر|منتجات متفجرة|موديلات متفجرة|نماذج متفجرة
包邮: بريد الحزمة|حقيبة البريد|بريد الحقيبة|حقائب البريد
秒杀: القتل في ثوان|قتل ثانية|القتل في ثواني|القتل الثاني
神器: أداة إلهية|سلاح سحري
现货: بضائع نقدية فورية
一件代发: جيل من الشعر
显瘦: تظهر نحيفة الشكل
百搭: مئة ركوب
清仓: مستودع واضح
北欧风: رياح أوروبا الشمالية|ريح الشمال الأوروبي|رياح الشمال الأوروبي
均码: رمز موحد للمقاس|الرمز الموحد للمقاس
加绒: زائد مخمل|إضافة الكشمير|زائد الكشمير
充电宝: كنز الشحن|طفل الشحن|كنوز الشحن
懒人沙发: أريكة كسولة
懒人支架: حامل كسول
冲锋衣: ملابس الاعتداء|ملابس الهجوم
打底衫: قميص القاع
打底裤: بنطلون القاع
春款: فقرة الربيع
男款: فقرة الذكور
女款: فقرة الإناث
手慢无: يد بطيئة لا
断货王: ملك نفاد المخزون
宝贝: ?طفل
宝贝详情: ?تفاصيل الطفل
米黄色: أصفر أرز
藏青色: أزرق تبتي
土豪金: ذهب الطاغية المحلي
吐血推荐: ينصح بتقيؤ الدم
跳楼价: سعر الانتحار
老人机: آلة الرجل العجوز
""",
}  # fmt: skip
GOOD = {
    ("百搭", "fr"): "facile à assortir", ("显瘦", "es"): "estiliza la figura", ("女神", "pt"): "feminino e elegante", ("北欧风", "de"): "skandinavischer Stil",
    ("宝贝", "de"): "Artikel", ("宝贝详情", "fr"): "détails du produit", ("连衣裙", "ja"): "ワンピース", ("懒人沙发", "es"): "puf", ("一件代发", "es"): "dropshipping",
    ("秒杀", "ja"): "タイムセール", ("显瘦", "de"): "figurschmeichelnd", ("台灯", "ja"): "デスクライト", ("台灯", "de"): "Schreibtischlampe", ("台灯", "fr"): "lampe de bureau",
    ("台灯", "es"): "lámpara de escritorio", ("台灯", "pt"): "luminária de mesa",
}  # fmt: skip
"""Good forms where the collected one has a remark or is a sentence."""
NOT_NEAR_OTHER = {
    ("de", "nordischer Wind"): ["weht", "Windkraft", "bläst", "Windpark"], ("de", "chinesischer Wind"): ["Windkraft", "Windpark"],
    ("fr", "vent nordique"): ["souffle", "souffler", "éolien", "parc"], ("fr", "vent chinois"): ["souffle", "souffler", "instrument"],
    ("es", "viento nórdico"): ["sopla", "soplar", "eólico"], ("es", "viento chino"): ["sopla", "soplar", "instrumento"],
    ("pt", "vento nórdico"): ["sopra", "soprar", "eólico"], ("pt", "vento chinês"): ["sopra", "soprar"], ("ja", "北欧の風"): ["感じる", "感じ", "吹く", "吹き"],
}  # fmt: skip
REMARK = re.compile(r"\s*\([^()]*\)")


def main(facts: Path) -> None:
    folder = facts / "localization"
    corrections = [row for row in read(facts / "corrections.jsonl") if row["file"].startswith("localization/")]
    renderings(read(folder / "mistranslations.jsonl"), read(folder / "renderings.jsonl"))
    culture = corrected("culture", read(folder / "culture.jsonl"), corrections)
    guides(culture)
    mains(culture)
    calendar(read(folder / "calendar.jsonl"))


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def corrected(name: str, rows: list[dict[str, Any]], corrections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changes = {row["match"]["id"]: row for row in corrections if row["file"] == f"localization/{name}.jsonl"}
    out = []
    for row in rows:
        change = changes.get(row["id"])
        out.append(
            {**row, change["field"]: change["new"], "confidence": change.get("confidence", row["confidence"])}
            if change
            else row
        )
    return out


def write(name: str, head: str, blocks: list[str]) -> None:
    lines = "".join(f"# {line}\n" for line in head.strip().splitlines())
    (OUT / name).write_text(lines + "\n" + "\n".join(blocks), encoding="utf-8")


def text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key(name)} = {text(part)}" for name, part in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def block(table: str, row: dict[str, Any]) -> str:
    return f"[[{table}]]\n" + "".join(
        f"{key(name)} = {text(value)}\n" for name, value in row.items() if value not in (None, "", [], {})
    )


# ------------------------------------------------------------------ renderings


def renderings(terms: list[dict[str, Any]], given: list[dict[str, Any]]) -> None:
    by_term = {row["term"]: row for row in terms}
    write(
        "renderings.en.toml",
        "Word-by-word translations of Chinese commerce terms into English, with a natural alternative.\n"
        "`alone`: no native text contains it; otherwise it is found only beside its source text.",
        english(terms),
    )
    for language in LANGUAGES[1:]:
        write(
            f"renderings.{language}.toml",
            f"Word-by-word translations of Chinese commerce terms into {language}, with a natural alternative; no native review yet.\n"
            "Inflected forms are met by their stems; what stemming does not reach is listed.",
            other(language, by_term, [row for row in given if row["lang"] == language]),
        )


def english(terms: list[dict[str, Any]]) -> list[str]:
    alone = {form for line in ALONE.strip().splitlines() for form in line.split("|")}
    used: set[str] = set()
    blocks = []
    for row in terms:
        forms = list(dict.fromkeys([*row["bad"]["en"], *MORE_EN.get(row["term"], [])]))
        used |= set(forms)
        good, say = best(row, "en")
        for number, (some, free) in enumerate(
            (([f for f in forms if f in alone], True), ([f for f in forms if f not in alone], False))
        ):
            groups: dict[str, list[str]] = {}
            for form in some:
                groups.setdefault(json.dumps([NOT_NEAR.get(form), NEAR.get(form)]), []).append(form)
            for extra, (limits, members) in enumerate(groups.items()):
                away, near = json.loads(limits)
                blocks.append(block("rendering", {
                    "id": row["id"] + ("" if free else "s") + (f".{extra}" if extra else ""), "term": row["term"], "lang": "en", "bad": members, "good": good,
                    "say": say, "alone": free, "not_near": away, "only_near": near, "risk": row["risk"], "severity": severity(row, alone=free),
                }))  # fmt: skip
            del number
    missing = alone - used
    if missing:
        raise SystemExit(f"no term has these forms: {sorted(missing)}")
    return blocks


def severity(row: dict[str, Any], *, alone: bool) -> str:
    return "warn" if alone or row["severity"] == "high" else "info"


def best(row: dict[str, Any], language: str) -> tuple[str | None, str | None]:
    """Return an insertable good form, if there is one, and what to say."""
    raw = row["good"].get(language, "")
    told = GOOD.get((row["term"], language))
    if told is not None:
        return told, None
    if language == "en" and row["term"] in GOOD_EN:
        good = GOOD_EN[row["term"]]
        return good, None if good else advice(row)
    bare = REMARK.sub("", raw).strip()
    placeholder = re.search(r"…|±|\bX\b| % |80|£|\d–\d|—|/", bare) is not None
    if row["action"] == "remove" or not bare or placeholder or bare.startswith("("):
        first = bare.split(" / ")[0].strip() if " / " in bare and not re.search(r"…|±|\bX\b|—|\d–\d", bare) else ""
        if row["action"] == "remove" or not first:
            return None, advice(row)
        return first, None
    return bare, (f"meant is: {raw}" if raw != bare else None)


def advice(row: dict[str, Any]) -> str:
    raw = row["good"]["en"].strip("()").replace("(", "").replace(")", "")
    if row["action"] == "remove":
        return f"leave it out: {raw}"
    return f"say what is meant: {raw}"


def other(language: str, by_term: dict[str, dict[str, Any]], given: list[dict[str, Any]]) -> list[str]:
    collected = {row["term"]: row for row in given}
    blocks = []
    for line in RENDERINGS[language].strip().splitlines():
        term, _, rest = line.partition(": ")
        forms = rest.split("|")
        row = by_term[term]
        have = collected.pop(term, {})
        good, say = (have["good"], None) if have else best(row, language)
        free = [form for form in forms if not form.startswith("?")]
        bound = [form[1:] for form in forms if form.startswith("?")]
        for bad in have.get("bad", []):
            if bad not in free and bad not in bound:
                (free if have["alone"] else bound).append(bad)
        limits: dict[str, list[str]] = {}
        for form in free:
            limits.setdefault(json.dumps(NOT_NEAR_OTHER.get((language, form))), []).append(form)
        for extra, (away, members) in enumerate(limits.items()):
            shaped = {f: g for f, g in have.get("forms", {}).items() if f not in members} if not extra else {}
            blocks.append(block("rendering", {
                "id": row["id"] + (f".{extra}" if extra else ""), "term": term, "lang": language, "bad": members, "good": good, "say": say, "forms": shaped, "alone": True,
                "not_near": json.loads(away), "risk": row["risk"], "severity": "warn",
            }))  # fmt: skip
        if bound:
            blocks.append(block("rendering", {
                "id": row["id"] + "s", "term": term, "lang": language, "bad": bound, "good": good, "say": say, "alone": False, "risk": row["risk"],
                "severity": severity(row, alone=False),
            }))  # fmt: skip
    if collected:
        raise SystemExit(f"{language}: not taken over: {sorted(collected)}")
    return blocks


# ------------------------------------------------------------------ guides, mains


MACHINE = {"size", "power_units", "expansion", "direction", "format"}


def guides(culture: list[dict[str, Any]]) -> None:
    blocks = [
        block("guide", {
            "id": row["id"].removeprefix("culture."), "markets": row["locales"], "topic": row["kind"], "subject": row["subject"], "text": row["rule"],
            "evidence": row["evidence"], "confidence": row["confidence"], "law": row["law"], "url": row["source_url"], "title": row["source_title"],
            "valid_from": row["valid_from"], "valid_to": row["valid_to"], "note": row["note"], "seen": row["seen_on"],
        })
        for row in culture if row["kind"] not in MACHINE and row["severity"] != "ignore"
    ]  # fmt: skip
    write(
        "guides.toml",
        "Sentences for people, by market; never findings. Checks cite them by `fact`. Seen on 2026-11-22.",
        blocks,
    )


def mains(culture: list[dict[str, Any]]) -> None:
    blocks = [
        block("mains", {"markets": row["locales"], **{name: row["data"][name] for name in ("voltage", "hz", "plugs", "paper")}, "confidence": row["confidence"]})
        for row in culture if row["kind"] == "power_units"
    ]  # fmt: skip
    sizes: dict[str, list[dict[str, Any]]] = {}
    names = {
        "shoes women": "shoes.women",
        "shoes men": "shoes.men",
        "clothing women": "clothing.women",
        "clothing men tops CN": "tops.men",
    }
    for row in culture:
        if row["kind"] == "size" and row["subject"] in names:
            sizes.setdefault(names[row["subject"]], []).append(
                {
                    name.removesuffix("_cm").removesuffix("_mm"): str(value)
                    for name, value in row["data"].items()
                    if name != "gender"
                }
            )
    tables = [
        f"[size.{json.dumps(name)}]\nrows = [\n" + "".join(f"  {text(row)},\n" for row in rows) + "]\n"
        for name, rows in sizes.items()
    ]
    write(
        "mains.toml",
        "Mains, plugs and paper by market (IEC World Plugs from general knowledge, low confidence) and tables of sizes (guidance, no standard binds).",
        [*blocks, *tables],
    )


# ------------------------------------------------------------------ calendar

ENDS = {"ramadan": {"month": 10, "day": 1, "offset": -1}}
RULES = {
    "mothers_day_fr": {"moved": {"when": "pentecost", "to": "next_sunday"}},
    "kings_day": {"moved": {"when": "sunday", "to": "day_before"}},
    "soldes_hiver": {"moved": {"when_day_above": 12, "to": "week_before"}},
    "soldes_ete": {"moved": {"when_day_above": 28, "to": "week_before"}},
}
LIBRARY_NAME = {"diwali": ("IN", "Diwali"), "diwali_sg": ("SG", "Diwali"), "holi": ("IN", "Holi")}
ALMANAC = {
    "cny_cn": ("CN", "Chinese New Year (Spring Festival)", 0, None), "lantern": ("CN", "Chinese New Year (Spring Festival)", 14, None),
    "seollal": ("KR", "Korean New Year", 0, None), "tet": ("VN", "Lunar New Year", 0, None), "dragon_boat": ("CN", "Dragon Boat Festival", 0, None),
    "mid_autumn": ("CN", "Mid-Autumn Festival", 0, None), "chuseok": ("KR", "Chuseok", 0, None), "qixi": ("CN", "Mid-Autumn Festival", -38, [0, 1]),
}  # fmt: skip
"""Days of the lunisolar calendars as the almanac of their own meridian has them: new moons fall on different days in China, Korea and Vietnam."""
AGREES_WITH = {"diwali_sg": ("IN", "Diwali", 2)}
"""Two almanacs of one feast: where they are further apart than this, neither is believed."""
KIND_OF = {
    "ramadan": "religious", "eid_al_fitr": "religious", "eid_al_adha": "religious", "mawlid": "religious", "diwali": "religious", "diwali_sg": "religious", "holi": "religious",
    "easter": "religious", "orthodox_christmas": "religious", "christmas": "religious", "obon": "religious", "dia_muertos": "remembrance", "memorial_us": "remembrance",
}  # fmt: skip


AVOID = {"soldes_ete": ["word 'soldes' outside the period is illegal"]}


def calendar(rows: list[dict[str, Any]]) -> None:
    blocks = []
    for row in rows:
        rule = dict(row["rule"])
        kind = rule.pop("type")
        out = {"kind": {"first_weekday_on_or_after": "weekday_from", "rule": "fixed", "decree": "decreed"}.get(kind, kind)}
        days = row["duration_days"]
        if row["id"] == "rakuten_super_sale":
            out |= {"months": rule["months"], "day": rule["start_day"]}
        elif kind == "range":
            out |= {"start": rule["start"], "end": rule["end"]}
            days = None
        elif kind == "announced":
            out |= {"window": rule["window"], "dates": [days[0] for days in row["expected_dates"].values() if days]}
        elif kind == "library":
            country, name = LIBRARY_NAME[row["id"]]
            out |= {"country": country, "name": name}
            if row["id"] in AGREES_WITH:
                other, same, within = AGREES_WITH[row["id"]]
                out["agrees"] = {"country": other, "name": same, "within": within}
        elif kind == "lunar":
            country, name, offset, spread = ALMANAC[row["id"]]
            out = (
                {"kind": "library", "country": country, "name": name}
                | ({"offset": offset} if offset else {})
                | ({"spread": spread} if spread else {})
            )
        elif kind == "hijri":
            out |= {"month": rule["month"], "day": rule["day"], "spread": [-1, 1] if row["id"] != "ramadan" else [0, 1]}
            if row["id"] in ENDS:
                out["until"] = ENDS[row["id"]]
        else:
            out |= {name: value for name, value in rule.items() if name in ("month", "day", "weekday", "n", "offset")}
        if kind == "decree":
            out["dates"] = [day for days in row["expected_dates"].values() for day in days or []]
        out |= RULES.get(row["id"], {})
        blocks.append(block("event", {
            "id": row["id"], "name": row["name"], "markets": row["markets"], "nature": KIND_OF.get(row["id"], "commercial"), "rule": out, "days": days,
            "lead_content": row["lead_days_content"], "lead_stock": row["lead_days_stock"], "themes": row["themes"], "avoid": AVOID.get(row["id"], row["avoid"]), "categories": row["categories"],
            "valid_to": row["valid_to"], "confidence": row["confidence"], "source": row["source"], "note": row["note"],
        }))  # fmt: skip
    write(
        "calendar.toml",
        "Marketing events by market: how their days are found, what fits and what does not, how long to prepare (planning opinions).\n"
        "Dates are never stored where a rule or a library gives them; `announced` events have a window only. Collected on 2026-11-22.",
        blocks,
    )


if __name__ == "__main__":
    if len(sys.argv) != 3 or not OUT.is_dir():
        sys.exit(
            "usage: python tools/localization.py FACTS OUT, with OUT a folder to compare with src/xbcommerce/data/localization"
        )
    main(Path(sys.argv[1]))
